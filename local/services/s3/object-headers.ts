import { s3Fault } from './fault.ts';

type Headers = Readonly<Record<string, string>>;

const SYSTEM = ['content-type', 'cache-control', 'content-disposition', 'content-language', 'expires'] as const;

/** S3's limit for names and values of user metadata together, in bytes. */
const METADATA_LIMIT_BYTES = 2048;

/**
 * The request headers that belong to the object and come back with it.
 *
 * @throws ServiceFault `MetadataTooLarge`
 */
export function objectHeaders(headers: Headers): Record<string, string> {
  const kept: Record<string, string> = { 'content-type': 'binary/octet-stream' };
  for (const name of SYSTEM) if (headers[name]) kept[name] = headers[name];
  // The SDK adds `aws-chunked` for the way to us; the rest of the list is the object's.
  const encoding = (headers['content-encoding'] ?? '')
    .split(',')
    .map((each) => each.trim())
    .filter((each) => each !== '' && each !== 'aws-chunked');
  if (encoding.length > 0) kept['content-encoding'] = encoding.join(',');
  // As S3 does, of the usual class nothing is said.
  const storageClass = headers['x-amz-storage-class'] ?? 'STANDARD';
  if (storageClass !== 'STANDARD') kept['x-amz-storage-class'] = storageClass;
  let metadataBytes = 0;
  for (const [name, value] of Object.entries(headers)) {
    if (!name.startsWith('x-amz-meta-')) continue;
    kept[name] = value;
    metadataBytes += Buffer.byteLength(name) - 'x-amz-meta-'.length + Buffer.byteLength(value);
  }
  if (metadataBytes > METADATA_LIMIT_BYTES) {
    throw s3Fault('MetadataTooLarge', 'Your metadata headers exceed the maximum allowed metadata size.');
  }
  return kept;
}

/** `response-content-type` and its like: how a (pre-signed) link asks for other headers than the object's own. */
export function responseOverrides(query: URLSearchParams): Record<string, string> {
  const overrides: Record<string, string> = {};
  for (const name of [...SYSTEM, 'content-encoding']) {
    const value = query.get(`response-${name}`);
    if (value) overrides[name] = value;
  }
  return overrides;
}
