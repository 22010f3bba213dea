import { emptyAnswer, type S3Call, type S3Host, type S3Operation } from './call.ts';
import { checksumHeaders, checksumOf, parseAlgorithm, checksumElements } from './checksum.ts';
import { checkRead, preconditionFailed } from './conditions.ts';
import { s3Fault } from './fault.ts';
import { findVersion, versionHeader } from './find-version.ts';
import { objectHeaders, responseOverrides } from './object-headers.ts';
import { parseRange } from './range.ts';
import { saveObject } from './save-object.ts';
import { requireBucket } from './buckets.ts';
import type { Version } from './versions.ts';
import { xmlAnswer } from './xml.ts';

export const putObject: S3Operation = async (host, call) => {
  requireBucket(host.store, call.bucket);
  const version = await saveObject(host, call, {
    headers: objectHeaders(call.headers),
    checksum: call.checksum,
    body: call.body,
  });
  return emptyAnswer(200, {
    etag: version.etag,
    ...checksumHeaders(version.checksum),
    ...versionHeader(host.store, call.bucket, version),
  });
};

export const getObject: S3Operation = async (host, call) => {
  const version = findVersion(host.store, call.bucket, call.key, call.query.get('versionId') ?? undefined);
  const head = describe(host, call, version);
  if (checkRead(version, call.headers) === 'not_modified') return emptyAnswer(304, head);
  const range = parseRange(call.headers['range'], version.size);
  const { start, length } = range ?? { start: 0, length: version.size };
  return {
    status: range ? 206 : 200,
    headers: {
      ...head,
      'content-length': String(length),
      ...(range
        ? { 'content-range': `bytes ${start}-${start + length - 1}/${version.size}` }
        : checksumWhenAsked(call, version)),
    },
    body: await host.files.read(version.segments, start, length),
  };
};

export const headObject: S3Operation = (host, call) => {
  const version = findVersion(host.store, call.bucket, call.key, call.query.get('versionId') ?? undefined);
  const head = describe(host, call, version);
  if (checkRead(version, call.headers) === 'not_modified') return emptyAnswer(304, head);
  const range = parseRange(call.headers['range'], version.size);
  return emptyAnswer(range ? 206 : 200, {
    ...head,
    'content-length': String(range?.length ?? version.size),
    ...(range
      ? { 'content-range': `bytes ${range.start}-${range.start + range.length - 1}/${version.size}` }
      : checksumWhenAsked(call, version)),
  });
};

export const copyObject: S3Operation = async (host, call) => {
  requireBucket(host.store, call.bucket);
  const source = parseSource(call.headers['x-amz-copy-source'] ?? '');
  const original = findVersion(host.store, source.bucket, source.key, source.versionId);
  if (checkRead(original, call.headers, 'x-amz-copy-source-') === 'not_modified') throw preconditionFailed();
  const directive = call.headers['x-amz-metadata-directive'] ?? 'COPY';
  if (directive !== 'COPY' && directive !== 'REPLACE') throw s3Fault('InvalidArgument', 'Unknown metadata directive.');
  if (directive === 'COPY' && source.bucket === call.bucket && source.key === call.key && !source.versionId) {
    throw s3Fault(
      'InvalidRequest',
      "This copy request is illegal because it is trying to copy an object to itself without changing the object's metadata.",
    );
  }
  const body = await host.files.read(original.segments, 0, original.size);
  const algorithm = parseAlgorithm(call.headers['x-amz-checksum-algorithm']) ?? original.checksum?.algorithm;
  const version = await saveObject(host, call, {
    headers: directive === 'COPY' ? original.headers : objectHeaders(call.headers),
    // Of the whole, also where the source was made of parts: the copy is not.
    checksum: algorithm && { algorithm, value: checksumOf(algorithm, body), type: 'FULL_OBJECT' },
    body,
  });
  const answer = xmlAnswer('CopyObjectResult', {
    ETag: version.etag,
    LastModified: new Date(version.modifiedMs).toISOString(),
    ...checksumElements(version.checksum),
  });
  const sourceId = versionHeader(host.store, source.bucket, original)['x-amz-version-id'];
  return {
    ...answer,
    headers: {
      ...answer.headers,
      ...versionHeader(host.store, call.bucket, version),
      ...(sourceId ? { 'x-amz-copy-source-version-id': sourceId } : {}),
    },
  };
};

function describe(host: S3Host, call: S3Call, version: Version): Record<string, string> {
  return {
    ...version.headers,
    ...responseOverrides(call.query),
    'accept-ranges': 'bytes',
    etag: version.etag,
    'last-modified': new Date(version.modifiedMs).toUTCString(),
    'x-amz-server-side-encryption': 'AES256',
    ...versionHeader(host.store, call.bucket, version),
  };
}

function checksumWhenAsked(call: S3Call, version: Version): Record<string, string> {
  return call.headers['x-amz-checksum-mode'] === 'ENABLED' ? checksumHeaders(version.checksum) : {};
}

/** `[/]bucket/key[?versionId=…]`, percent-encoded. */
function parseSource(header: string): { bucket: string; key: string; versionId: string | undefined } {
  const [, bucket, key, versionId] = /^\/?([^/]+)\/([^?]+)(?:\?versionId=(.+))?$/.exec(header) ?? [];
  if (!bucket || !key) throw s3Fault('InvalidArgument', 'The copy source must mention the source bucket and key.');
  try {
    return { bucket: decodeURIComponent(bucket), key: decodeURIComponent(key), versionId };
  } catch {
    throw s3Fault('InvalidArgument', 'The copy source is not percent-encoded.');
  }
}
