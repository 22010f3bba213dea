import type { DatabaseSync } from 'node:sqlite';
import { requireBucket } from './buckets.ts';
import type { S3Call, S3Operation } from './call.ts';
import { s3Fault } from './fault.ts';
import { listPage, maxKeysOf, nameEncoder, type ListPage } from './list-page.ts';
import { toVersion, versionById, type Version } from './versions.ts';
import { xmlAnswer, type XmlValue } from './xml.ts';

const OWNER = { ID: '000000000000', DisplayName: 'local' };

export const listObjectsV2: S3Operation = ({ store }, call) => {
  const { query, bucket } = call;
  const token = query.get('continuation-token');
  const startAfter = query.get('start-after') ?? '';
  const page = pageOfObjects(store, call, token === null ? startAfter : fromToken(token));
  const encode = nameEncoder(query);
  return xmlAnswer('ListBucketResult', {
    Name: bucket,
    ...echo(query),
    StartAfter: startAfter ? encode(startAfter) : undefined,
    ContinuationToken: token ?? undefined,
    KeyCount: page.entries.length + page.commonPrefixes.length,
    IsTruncated: page.truncated,
    NextContinuationToken: page.truncated ? Buffer.from(page.last).toString('base64url') : undefined,
    ...contents(page, encode, query.get('fetch-owner') === 'true'),
  });
};

/** The first generation of the listing, which old tools still use. */
export const listObjects: S3Operation = ({ store }, call) => {
  const { query, bucket } = call;
  const marker = query.get('marker') ?? '';
  const page = pageOfObjects(store, call, marker);
  const encode = nameEncoder(query);
  return xmlAnswer('ListBucketResult', {
    Name: bucket,
    ...echo(query),
    Marker: encode(marker),
    IsTruncated: page.truncated,
    NextMarker: page.truncated && query.get('delimiter') ? encode(page.last) : undefined,
    ...contents(page, encode, true),
  });
};

export const listObjectVersions: S3Operation = ({ store }, { bucket, query }) => {
  requireBucket(store, bucket);
  const keyMarker = query.get('key-marker') ?? '';
  const idMarker = query.get('version-id-marker') ?? undefined;
  if (idMarker !== undefined && keyMarker === '') {
    throw s3Fault('InvalidArgument', 'A version-id marker cannot be specified without a key marker.');
  }
  const page = listPage(versionsAfter(store, bucket, keyMarker, idMarker), {
    prefix: query.get('prefix') ?? '',
    delimiter: query.get('delimiter') ?? '',
    after: keyMarker,
    maxKeys: maxKeysOf(query),
  });
  const encode = nameEncoder(query);
  const shown = (version: Version & { readonly newest: boolean }): Record<string, XmlValue> => ({
    Key: encode(version.key),
    VersionId: version.versionId,
    IsLatest: version.newest,
    LastModified: new Date(version.modifiedMs).toISOString(),
    Owner: OWNER,
  });
  return xmlAnswer('ListVersionsResult', {
    Name: bucket,
    ...echo(query),
    KeyMarker: encode(keyMarker),
    VersionIdMarker: idMarker,
    IsTruncated: page.truncated,
    NextKeyMarker: page.truncated ? encode(page.last) : undefined,
    NextVersionIdMarker: page.truncated ? page.lastEntry?.versionId : undefined,
    Version: page.entries
      .filter((version) => !version.deleteMarker)
      .map((version) => ({ ...shown(version), ...objectFacts(version) })),
    DeleteMarker: page.entries.filter((version) => version.deleteMarker).map(shown),
    CommonPrefixes: page.commonPrefixes.map((prefix) => ({ Prefix: encode(prefix) })),
  });
};

function pageOfObjects(store: DatabaseSync, { bucket, query }: S3Call, after: string): ListPage<Version> {
  requireBucket(store, bucket);
  const prefix = query.get('prefix') ?? '';
  return listPage(currentObjects(store, bucket, prefix, after), {
    prefix,
    delimiter: query.get('delimiter') ?? '',
    after,
    maxKeys: maxKeysOf(query),
  });
}

function* currentObjects(store: DatabaseSync, bucket: string, prefix: string, after: string): Generator<Version> {
  const rows = store
    .prepare(
      `SELECT * FROM s3_versions AS v
       WHERE bucket = ?1 AND key >= ?2 AND key > ?3 AND delete_marker = 0
         AND seq = (SELECT MAX(seq) FROM s3_versions AS w WHERE w.bucket = v.bucket AND w.key = v.key)
       ORDER BY key`,
    )
    .iterate(bucket, prefix, after);
  for (const row of rows) {
    // Keys in byte order: after the last one below the prefix, none follows.
    if (!String(row['key']).startsWith(prefix)) return;
    yield toVersion(row);
  }
}

/** Newest first within a key. A marker whose version is gone meanwhile starts that key again rather than skip it. */
function* versionsAfter(
  store: DatabaseSync,
  bucket: string,
  key: string,
  versionId: string | undefined,
): Generator<Version & { readonly newest: boolean }> {
  const marker = versionId === undefined ? undefined : versionById(store, bucket, key, versionId);
  const below = versionId === undefined ? 0 : (marker?.seq ?? Number.MAX_SAFE_INTEGER);
  const rows = store
    .prepare(
      `SELECT v.*, seq = (SELECT MAX(seq) FROM s3_versions AS w WHERE w.bucket = v.bucket AND w.key = v.key) AS newest
       FROM s3_versions AS v WHERE bucket = ?1 AND (key > ?2 OR (key = ?2 AND seq < ?3)) ORDER BY key, seq DESC`,
    )
    .iterate(bucket, key, below);
  for (const row of rows) yield { ...toVersion(row), newest: row['newest'] === 1 };
}

function contents(page: ListPage<Version>, encode: (name: string) => string, owner: boolean): Record<string, XmlValue> {
  return {
    Contents: page.entries.map((version) => ({
      Key: encode(version.key),
      LastModified: new Date(version.modifiedMs).toISOString(),
      ...objectFacts(version),
      Owner: owner ? OWNER : undefined,
    })),
    CommonPrefixes: page.commonPrefixes.map((prefix) => ({ Prefix: encode(prefix) })),
  };
}

function objectFacts(version: Version): Record<string, XmlValue> {
  return {
    ETag: version.etag,
    ChecksumAlgorithm: version.checksum?.algorithm,
    ChecksumType: version.checksum?.type,
    Size: version.size,
    StorageClass: version.headers['x-amz-storage-class'] ?? 'STANDARD',
  };
}

function echo(query: URLSearchParams): Record<string, XmlValue> {
  const encode = nameEncoder(query);
  const delimiter = query.get('delimiter');
  return {
    Prefix: encode(query.get('prefix') ?? ''),
    Delimiter: delimiter ? encode(delimiter) : undefined,
    EncodingType: query.get('encoding-type') ?? undefined,
    MaxKeys: maxKeysOf(query),
  };
}

function fromToken(token: string): string {
  const last = Buffer.from(token, 'base64url').toString('utf8');
  if (last === '') throw s3Fault('InvalidArgument', 'The continuation token provided is incorrect');
  return last;
}
