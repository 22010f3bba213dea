import { s3Fault } from './fault.ts';

/** A part of an object, in bytes. */
export interface ByteRange {
  readonly start: number;
  readonly length: number;
}

/**
 * One range of a `Range` header; undefined when there is none or it cannot be read, which S3 then answers in full.
 *
 * @throws ServiceFault `InvalidRange`
 */
export function parseRange(header: string | undefined, size: number): ByteRange | undefined {
  const [, first, last] = /^bytes=(\d*)-(\d*)$/.exec(header ?? '') ?? [];
  if (first === undefined || last === undefined || (first === '' && last === '')) return undefined;
  const start = first === '' ? Math.max(size - Number(last), 0) : Number(first);
  const end = first === '' || last === '' ? size - 1 : Math.min(Number(last), size - 1);
  if (first !== '' && last !== '' && Number(last) < start) return undefined;
  if (start > end) {
    throw s3Fault('InvalidRange', 'The requested range is not satisfiable', { 'content-range': `bytes */${size}` });
  }
  return { start, length: end - start + 1 };
}
