import { createHash, randomBytes } from 'node:crypto';
import { transaction } from '#local/store.ts';
import { requireBucket } from './buckets.ts';
import { emptyAnswer, type S3Operation } from './call.ts';
import { checksumHeaders, parseAlgorithm, type ChecksumAlgorithm, type ChecksumType } from './checksum.ts';
import { s3Fault } from './fault.ts';
import { objectHeaders } from './object-headers.ts';
import { partsOf, requireUpload } from './uploads.ts';
import { xmlAnswer } from './xml.ts';

const LARGEST_PART_NUMBER = 10_000;

export const createMultipartUpload: S3Operation = ({ store, clock }, { bucket, key, headers }) => {
  requireBucket(store, bucket);
  if (Buffer.byteLength(key) > 1024) throw s3Fault('KeyTooLongError', 'Your key is too long');
  const algorithm = parseAlgorithm(headers['x-amz-checksum-algorithm']);
  const type = checksumType(algorithm, headers['x-amz-checksum-type']);
  const uploadId = randomBytes(32).toString('base64url');
  store
    .prepare(
      `INSERT INTO s3_uploads (id, bucket, key, created_ms, headers, algorithm, checksum_type)
       VALUES (?, ?, ?, ?, ?, ?, ?)`,
    )
    .run(uploadId, bucket, key, clock.now(), JSON.stringify(objectHeaders(headers)), algorithm ?? null, type ?? null);
  const answer = xmlAnswer('InitiateMultipartUploadResult', { Bucket: bucket, Key: key, UploadId: uploadId });
  return {
    ...answer,
    headers: {
      ...answer.headers,
      ...(algorithm && type ? { 'x-amz-checksum-algorithm': algorithm, 'x-amz-checksum-type': type } : {}),
    },
  };
};

export const uploadPart: S3Operation = async ({ store, files }, { bucket, key, query, body, checksum }) => {
  const upload = requireUpload(store, bucket, key, query);
  const number = Number(query.get('partNumber'));
  if (!Number.isInteger(number) || number < 1 || number > LARGEST_PART_NUMBER) {
    throw s3Fault('InvalidArgument', `Part number must be an integer between 1 and ${LARGEST_PART_NUMBER}, inclusive`);
  }
  if (upload.algorithm && upload.algorithm !== checksum?.algorithm) {
    throw s3Fault(
      'InvalidRequest',
      `Checksum Type mismatch occurred, expected checksum Type: ${upload.algorithm.toLowerCase()}, ` +
        `actual checksum Type: ${checksum?.algorithm.toLowerCase() ?? 'null'}`,
    );
  }
  const segment = await files.write(body);
  const etag = `"${createHash('md5').update(body).digest('hex')}"`;
  let replaced: readonly string[];
  try {
    replaced = transaction(store, () => {
      // It may have been completed or aborted while the file was written.
      requireUpload(store, bucket, key, query);
      const before = store.prepare('SELECT file FROM s3_parts WHERE upload = ? AND number = ?').get(upload.id, number);
      store
        .prepare(
          'INSERT OR REPLACE INTO s3_parts (upload, number, etag, size, checksum, file) VALUES (?, ?, ?, ?, ?, ?)',
        )
        .run(upload.id, number, etag, segment.size, checksum ? JSON.stringify(checksum) : null, segment.file);
      return before ? [String(before['file'])] : [];
    });
  } catch (error) {
    await files.remove([segment]);
    throw error;
  }
  await files.remove(replaced.map((file) => ({ file, size: 0 })));
  const { 'x-amz-checksum-type': _ofTheWhole, ...sent } = checksumHeaders(checksum);
  return emptyAnswer(200, { etag, ...sent });
};

export const abortMultipartUpload: S3Operation = async ({ store, files }, { bucket, key, query }) => {
  const parts = transaction(store, () => {
    const upload = requireUpload(store, bucket, key, query);
    const removed = partsOf(store, upload.id);
    store.prepare('DELETE FROM s3_parts WHERE upload = ?').run(upload.id);
    store.prepare('DELETE FROM s3_uploads WHERE id = ?').run(upload.id);
    return removed;
  });
  await files.remove(parts);
  return emptyAnswer(204);
};

/** A CRC can stand for the whole object, the others only for the list of the parts' checksums, and CRC64NVME only for the whole. */
function checksumType(algorithm: ChecksumAlgorithm | undefined, asked: string | undefined): ChecksumType | undefined {
  if (!algorithm) {
    if (asked !== undefined) throw s3Fault('InvalidRequest', 'x-amz-checksum-type needs x-amz-checksum-algorithm.');
    return undefined;
  }
  const possible: readonly ChecksumType[] =
    algorithm === 'CRC64NVME'
      ? ['FULL_OBJECT']
      : algorithm.startsWith('SHA')
        ? ['COMPOSITE']
        : ['COMPOSITE', 'FULL_OBJECT'];
  const type = asked === undefined ? possible[0] : possible.find((each) => each === asked);
  if (!type) {
    throw s3Fault(
      'InvalidRequest',
      `The ${asked} checksum type cannot be used with the ${algorithm} checksum algorithm.`,
    );
  }
  return type;
}
