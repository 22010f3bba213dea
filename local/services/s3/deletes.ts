import { ServiceFault } from '#local/gateway/wire.ts';
import { transaction } from '#local/store.ts';
import { requireBucket } from './buckets.ts';
import { emptyAnswer, type S3Host, type S3Operation } from './call.ts';
import { checkWrite } from './conditions.ts';
import { s3Fault } from './fault.ts';
import { addVersion, newestVersion, removeVersion } from './versions.ts';
import { children, childText, parseXml, xmlAnswer } from './xml.ts';

interface Deletion {
  readonly bucket: string;
  readonly key: string;
  readonly versionId: string | undefined;
  readonly ifMatch: string | undefined;
}

interface Deleted {
  readonly deleteMarker: boolean;
  /** The version removed, or the marker made. */
  readonly versionId: string | undefined;
}

export const deleteObject: S3Operation = async (host, { bucket, key, query, headers }) => {
  const { deleteMarker, versionId } = await remove(host, {
    bucket,
    key,
    versionId: query.get('versionId') ?? undefined,
    ifMatch: headers['if-match'],
  });
  return emptyAnswer(204, {
    ...(versionId === undefined ? {} : { 'x-amz-version-id': versionId }),
    ...(deleteMarker ? { 'x-amz-delete-marker': 'true' } : {}),
  });
};

export const deleteObjects: S3Operation = async (host, { bucket, body }) => {
  requireBucket(host.store, bucket);
  const request = parseXml(body, 'Delete');
  const objects = request ? children(request, 'Object') : [];
  if (objects.length === 0 || objects.length > 1000) {
    throw s3Fault('MalformedXML', 'The XML you provided was not well-formed: it names 1 to 1000 objects.');
  }
  const deleted: Record<string, string | boolean>[] = [];
  const errors: Record<string, string>[] = [];
  for (const object of objects) {
    const key = childText(object, 'Key');
    if (!key) throw s3Fault('MalformedXML', 'Delete.Object.Key is missing.');
    const versionId = childText(object, 'VersionId');
    for (const member of ['LastModifiedTime', 'Size']) {
      if (childText(object, member) !== undefined) {
        throw s3Fault('NotImplemented', `The local endpoint does not support Delete.Object.${member}.`);
      }
    }
    try {
      const done = await remove(host, { bucket, key, versionId, ifMatch: childText(object, 'ETag') });
      deleted.push({
        Key: key,
        ...(versionId === undefined ? {} : { VersionId: versionId }),
        ...(done.deleteMarker ? { DeleteMarker: true, DeleteMarkerVersionId: done.versionId ?? 'null' } : {}),
      });
    } catch (error) {
      if (!(error instanceof ServiceFault)) throw error;
      errors.push({
        Key: key,
        Code: error.code,
        Message: error.message,
        ...(versionId ? { VersionId: versionId } : {}),
      });
    }
  }
  const quiet = childText(request, 'Quiet') === 'true';
  return xmlAnswer('DeleteResult', { Deleted: quiet ? [] : deleted, Error: errors });
};

/** Deleting what is not there is no error. Without an id, a bucket that keeps versions gets a marker instead. */
async function remove(host: S3Host, { bucket, key, versionId, ifMatch }: Deletion): Promise<Deleted> {
  const { store, clock, files } = host;
  const done = transaction(store, () => {
    const { versioning } = requireBucket(store, bucket);
    if (ifMatch !== undefined) checkWrite(newestVersion(store, bucket, key), { 'if-match': ifMatch });
    if (versionId !== undefined || versioning === undefined) {
      const { version, orphaned } = removeVersion(store, bucket, key, versionId ?? 'null');
      return { deleteMarker: version?.deleteMarker ?? false, versionId, orphaned };
    }
    const marker = addVersion(
      store,
      { bucket, key, nowMs: clock.now(), deleteMarker: true },
      { headers: {}, etag: '', size: 0, checksum: undefined, segments: [] },
    );
    return { deleteMarker: true, versionId: marker.version?.versionId, orphaned: marker.orphaned };
  });
  await files.remove(done.orphaned);
  return { deleteMarker: done.deleteMarker, versionId: done.versionId };
}
