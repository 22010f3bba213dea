import { randomBytes } from 'node:crypto';
import type { DatabaseSync, SQLOutputValue } from 'node:sqlite';
import type { Segment } from './blob-files.ts';
import { requireBucket } from './buckets.ts';
import type { Checksum } from './checksum.ts';

/** What a version holds, as far as the writer decides it. */
export interface Content {
  /** Response headers of the object: `content-type`, …, `x-amz-meta-*`. */
  readonly headers: Readonly<Record<string, string>>;
  /** In double quotes, as on the wire. */
  readonly etag: string;
  readonly size: number;
  readonly checksum: Checksum | undefined;
  readonly segments: readonly Segment[];
}

export interface Version extends Content {
  readonly seq: number;
  readonly key: string;
  /** `null` (the word) for what was written while the bucket kept no versions. */
  readonly versionId: string;
  readonly deleteMarker: boolean;
  /** Milliseconds since the epoch, in whole seconds as S3 counts. */
  readonly modifiedMs: number;
}

/** A change of one key: the version that it made or removed, and the files that no version names any more. */
export interface VersionChange {
  readonly version: Version | undefined;
  readonly orphaned: readonly Segment[];
}

/** The newest version of a key; it may be a delete marker. */
export function newestVersion(store: DatabaseSync, bucket: string, key: string): Version | undefined {
  const row = store
    .prepare('SELECT * FROM s3_versions WHERE bucket = ? AND key = ? ORDER BY seq DESC LIMIT 1')
    .get(bucket, key);
  return row && toVersion(row);
}

export function versionById(store: DatabaseSync, bucket: string, key: string, id: string): Version | undefined {
  const row = store
    .prepare('SELECT * FROM s3_versions WHERE bucket = ? AND key = ? AND version_id = ?')
    .get(bucket, key, id);
  return row && toVersion(row);
}

/**
 * Adds the newest version of a key. Only a bucket with versioning enabled keeps what was there under an id of its own;
 * otherwise the version called `null` is replaced. Call it inside a transaction.
 */
export function addVersion(
  store: DatabaseSync,
  target: { readonly bucket: string; readonly key: string; readonly nowMs: number; readonly deleteMarker?: boolean },
  content: Content,
): VersionChange {
  const { bucket, key } = target;
  const versioned = requireBucket(store, bucket).versioning === 'Enabled';
  const versionId = versioned ? randomBytes(24).toString('base64url') : 'null';
  const replaced = versioned ? undefined : removeVersion(store, bucket, key, 'null');
  store
    .prepare(
      `INSERT INTO s3_versions
         (bucket, key, version_id, delete_marker, modified_ms, etag, size, headers, checksum, segments)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    )
    .run(
      bucket,
      key,
      versionId,
      target.deleteMarker ? 1 : 0,
      Math.floor(target.nowMs / 1000) * 1000,
      content.etag,
      content.size,
      JSON.stringify(content.headers),
      content.checksum ? JSON.stringify(content.checksum) : null,
      JSON.stringify(content.segments),
    );
  return { version: newestVersion(store, bucket, key), orphaned: replaced?.orphaned ?? [] };
}

/** Removes one version for good. */
export function removeVersion(store: DatabaseSync, bucket: string, key: string, id: string): VersionChange {
  const version = versionById(store, bucket, key, id);
  if (version) store.prepare('DELETE FROM s3_versions WHERE seq = ?').run(version.seq);
  return { version, orphaned: version?.segments ?? [] };
}

export function toVersion(row: Readonly<Record<string, SQLOutputValue>>): Version {
  return {
    seq: Number(row['seq']),
    key: String(row['key']),
    versionId: String(row['version_id']),
    deleteMarker: row['delete_marker'] === 1,
    modifiedMs: Number(row['modified_ms']),
    etag: String(row['etag']),
    size: Number(row['size']),
    headers: JSON.parse(String(row['headers'])) as Record<string, string>,
    checksum: row['checksum'] === null ? undefined : (JSON.parse(String(row['checksum'])) as Checksum),
    segments: JSON.parse(String(row['segments'])) as Segment[],
  };
}
