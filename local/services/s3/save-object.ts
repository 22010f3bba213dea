import { createHash } from 'node:crypto';
import { transaction } from '#local/store.ts';
import type { S3Host } from './call.ts';
import { checkWrite } from './conditions.ts';
import { s3Fault } from './fault.ts';
import { addVersion, newestVersion, type Content, type Version } from './versions.ts';

interface Target {
  readonly bucket: string;
  readonly key: string;
  /** Request headers, for `If-Match` and `If-None-Match`. */
  readonly headers: Readonly<Record<string, string>>;
}

/**
 * Writes a body as a new object: the file first, then in one transaction the condition and the row that names it.
 *
 * @throws ServiceFault `NoSuchBucket`, `PreconditionFailed` and the rest of `checkWrite`
 */
export async function saveObject(
  host: S3Host,
  target: Target,
  content: Pick<Content, 'headers' | 'checksum'> & { readonly body: Uint8Array },
): Promise<Version> {
  if (Buffer.byteLength(target.key) > 1024) throw s3Fault('KeyTooLongError', 'Your key is too long');
  checkWrite(newestVersion(host.store, target.bucket, target.key), target.headers);
  const segment = await host.files.write(content.body);
  try {
    return await saveVersion(host, target, {
      headers: content.headers,
      checksum: content.checksum,
      etag: `"${createHash('md5').update(content.body).digest('hex')}"`,
      size: content.body.byteLength,
      segments: [segment],
    });
  } catch (error) {
    await host.files.remove([segment]);
    throw error;
  }
}

/** Makes bodies that are already on disk a version of the key; `inSameTransaction` runs beside it. */
export async function saveVersion(
  host: S3Host,
  target: Target,
  content: Content,
  inSameTransaction: () => void = () => undefined,
): Promise<Version> {
  const { version, orphaned } = transaction(host.store, () => {
    checkWrite(newestVersion(host.store, target.bucket, target.key), target.headers);
    inSameTransaction();
    return addVersion(host.store, { bucket: target.bucket, key: target.key, nowMs: host.clock.now() }, content);
  });
  if (!version) throw new Error('A version that was just added is not there.');
  await host.files.remove(orphaned);
  return version;
}
