import type { DatabaseSync } from 'node:sqlite';
import { requireBucket } from './buckets.ts';
import { s3Fault } from './fault.ts';
import { newestVersion, versionById, type Version } from './versions.ts';

/**
 * The version that a read asks for: the newest, or the one with an id. A delete marker is never an answer.
 *
 * @throws ServiceFault `NoSuchBucket`, `NoSuchKey`, `NoSuchVersion`, `MethodNotAllowed` for a marker asked for by id
 */
export function findVersion(store: DatabaseSync, bucket: string, key: string, versionId: string | undefined): Version {
  requireBucket(store, bucket);
  const version =
    versionId === undefined ? newestVersion(store, bucket, key) : versionById(store, bucket, key, versionId);
  if (!version) {
    throw versionId === undefined
      ? s3Fault('NoSuchKey', 'The specified key does not exist.')
      : s3Fault('NoSuchVersion', 'The specified version does not exist.');
  }
  if (!version.deleteMarker) return version;
  const headers = { 'x-amz-delete-marker': 'true', 'x-amz-version-id': version.versionId };
  throw versionId === undefined
    ? s3Fault('NoSuchKey', 'The specified key does not exist.', headers)
    : s3Fault('MethodNotAllowed', 'The specified method is not allowed against this resource.', {
        ...headers,
        allow: 'DELETE',
        'last-modified': new Date(version.modifiedMs).toUTCString(),
      });
}

/** S3 names a version only where the bucket has ever kept versions. */
export function versionHeader(store: DatabaseSync, bucket: string, version: Version): Record<string, string> {
  return requireBucket(store, bucket).versioning === undefined ? {} : { 'x-amz-version-id': version.versionId };
}
