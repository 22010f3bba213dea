import { s3Fault } from './fault.ts';
import type { Version } from './versions.ts';

type Headers = Readonly<Record<string, string>>;

/**
 * Conditional writes: `If-None-Match: *` creates and never replaces, `If-Match` replaces only what was read. Call it in
 * the transaction that writes; before it only to spare the work.
 *
 * @param newest the newest version of the key; a delete marker counts as nothing there
 * @throws ServiceFault `PreconditionFailed`, `NoSuchKey`, or `NotImplemented` for any other value, as S3 does
 */
export function checkWrite(newest: Version | undefined, headers: Headers): void {
  const present = newest && !newest.deleteMarker ? newest : undefined;
  const ifNoneMatch = headers['if-none-match'];
  if (ifNoneMatch !== undefined) {
    if (ifNoneMatch !== '*') {
      throw s3Fault('NotImplemented', 'If-None-Match on a write takes only the value *.');
    }
    if (present) throw preconditionFailed();
  }
  const ifMatch = headers['if-match'];
  if (ifMatch !== undefined) {
    if (!present) throw s3Fault('NoSuchKey', 'The specified key does not exist.');
    if (!matches(ifMatch, present)) throw preconditionFailed();
  }
}

/**
 * Conditional reads in the precedence of RFC 9110.
 *
 * @param prefix `x-amz-copy-source-` for the source of a copy
 * @throws ServiceFault `PreconditionFailed`
 */
export function checkRead(version: Version, headers: Headers, prefix = ''): 'send' | 'not_modified' {
  const ifMatch = headers[`${prefix}if-match`];
  const unmodifiedSince = httpDate(headers[`${prefix}if-unmodified-since`]);
  if (ifMatch !== undefined ? !matches(ifMatch, version) : version.modifiedMs > (unmodifiedSince ?? Infinity)) {
    throw preconditionFailed();
  }
  const ifNoneMatch = headers[`${prefix}if-none-match`];
  const modifiedSince = httpDate(headers[`${prefix}if-modified-since`]);
  const same =
    ifNoneMatch !== undefined ? matches(ifNoneMatch, version) : version.modifiedMs <= (modifiedSince ?? -Infinity);
  return same ? 'not_modified' : 'send';
}

export function preconditionFailed(): Error {
  return s3Fault('PreconditionFailed', 'At least one of the pre-conditions you specified did not hold');
}

function matches(list: string, version: Version): boolean {
  const bare = (etag: string): string => etag.trim().replaceAll('"', '');
  return list.trim() === '*' || list.split(',').some((etag) => bare(etag) === bare(version.etag));
}

function httpDate(value: string | undefined): number | undefined {
  const time = Date.parse(value ?? '');
  return Number.isNaN(time) ? undefined : time;
}
