import type { DatabaseSync } from 'node:sqlite';
import type { Segment } from './blob-files.ts';
import type { Checksum, ChecksumAlgorithm, ChecksumType } from './checksum.ts';
import { s3Fault } from './fault.ts';
import { requireBucket } from './buckets.ts';

/** A multipart upload that is neither completed nor aborted. */
export interface Upload {
  readonly id: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly algorithm: ChecksumAlgorithm | undefined;
  readonly checksumType: ChecksumType | undefined;
}

export interface Part extends Segment {
  readonly number: number;
  readonly etag: string;
  readonly checksum: Checksum | undefined;
}

/** @throws ServiceFault `NoSuchBucket`, `NoSuchUpload` */
export function requireUpload(store: DatabaseSync, bucket: string, key: string, query: URLSearchParams): Upload {
  requireBucket(store, bucket);
  const row = store
    .prepare('SELECT * FROM s3_uploads WHERE id = ? AND bucket = ? AND key = ?')
    .get(query.get('uploadId') ?? '', bucket, key);
  if (!row) {
    throw s3Fault(
      'NoSuchUpload',
      'The specified upload does not exist. The upload ID may be invalid, or the upload may have been aborted or completed.',
    );
  }
  return {
    id: String(row['id']),
    headers: JSON.parse(String(row['headers'])) as Record<string, string>,
    algorithm: (row['algorithm'] ?? undefined) as ChecksumAlgorithm | undefined,
    checksumType: (row['checksum_type'] ?? undefined) as ChecksumType | undefined,
  };
}

export function partsOf(store: DatabaseSync, uploadId: string): Part[] {
  return store
    .prepare('SELECT * FROM s3_parts WHERE upload = ? ORDER BY number')
    .all(uploadId)
    .map((row) => ({
      number: Number(row['number']),
      etag: String(row['etag']),
      size: Number(row['size']),
      file: String(row['file']),
      checksum: row['checksum'] === null ? undefined : (JSON.parse(String(row['checksum'])) as Checksum),
    }));
}
