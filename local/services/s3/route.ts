import type { WireRequest } from '#local/gateway/wire.ts';
import { s3Fault } from './fault.ts';
import { OPERATIONS, type OperationRow } from './operations.ts';

interface Target {
  readonly bucket: string;
  readonly key: string;
}

/** Headers that any request may carry: signing, tracing, the coding and the checksum of the body. */
const ANYWHERE = new Set([
  'x-amz-date',
  'x-amz-content-sha256',
  'x-amz-user-agent',
  'x-amz-security-token',
  'x-amz-expected-bucket-owner',
  'x-amz-trailer',
  'x-amz-decoded-content-length',
  'x-amz-sdk-checksum-algorithm',
  'x-amz-checksum-crc32',
  'x-amz-checksum-crc32c',
  'x-amz-checksum-crc64nvme',
  'x-amz-checksum-sha1',
  'x-amz-checksum-sha256',
]);

/** Values that mean here what they mean there; another value of these headers is refused. */
const VALUES: Readonly<Record<string, readonly string[]>> = {
  'x-amz-acl': ['private', 'bucket-owner-full-control'],
  'x-amz-storage-class': ['STANDARD', 'STANDARD_IA', 'GLACIER_IR'],
  'x-amz-server-side-encryption': ['AES256'],
  'x-amz-object-ownership': ['BucketOwnerEnforced'],
  'x-amz-tagging-directive': ['COPY'],
  'x-amz-expected-bucket-owner': ['000000000000'],
};

const CONDITIONS = ['if-match', 'if-none-match', 'if-modified-since', 'if-unmodified-since'];

/** `/bucket/key`: path style only. */
export function targetOf(path: string): Target {
  const [, bucket = '', key = ''] = /^\/([^/]*)\/?(.*)$/s.exec(path) ?? [];
  try {
    return { bucket: decodeURIComponent(bucket), key: decodeURIComponent(key) };
  } catch {
    throw s3Fault('InvalidArgument', "Couldn't parse the specified URI.");
  }
}

/**
 * The operation that a request asks for.
 *
 * @throws ServiceFault `NotImplemented` that names the sub-resource, parameter, header or value without support
 */
export function findOperation(request: WireRequest, target: Target): OperationRow {
  const on = target.bucket === '' ? 'service' : target.key === '' ? 'bucket' : 'object';
  const present = (mark: string): boolean =>
    mark.startsWith('x-amz-') ? request.headers[mark] !== undefined : request.query.has(mark);
  const operation = OPERATIONS.find(
    (row) => row.method === request.method && row.on === on && row.marks.every(present),
  );
  if (!operation) throw s3Fault('NotImplemented', `The local endpoint has no ${request.method} on a ${on} like this.`);

  for (const name of request.query.keys()) {
    const known = name === 'x-id' || name.startsWith('X-Amz-');
    if (!known && !operation.marks.includes(name) && !operation.query?.includes(name)) {
      throw s3Fault(
        'NotImplemented',
        `The local endpoint does not support the parameter ${name} of ${operation.name}.`,
      );
    }
  }
  for (const [name, value] of Object.entries(request.headers)) {
    if (!name.startsWith('x-amz-') && !CONDITIONS.includes(name)) continue;
    const known = ANYWHERE.has(name) || operation.headers?.includes(name);
    if (!known && !(name.startsWith('x-amz-meta-') && keepsMetadata(operation))) {
      throw s3Fault('NotImplemented', `The local endpoint does not support the header ${name} of ${operation.name}.`);
    }
    if (VALUES[name] && !VALUES[name].includes(value)) {
      throw name === 'x-amz-expected-bucket-owner'
        ? s3Fault('AccessDenied', 'Access Denied')
        : s3Fault('NotImplemented', `The local endpoint does not support the value ${value} of ${name}.`);
    }
  }
  return operation;
}

function keepsMetadata({ name }: OperationRow): boolean {
  return name === 'PutObject' || name === 'CopyObject' || name === 'CreateMultipartUpload';
}
