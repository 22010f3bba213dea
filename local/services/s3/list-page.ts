import { s3Fault } from './fault.ts';

/** What one page of a listing shows: entries, and the common prefixes that stand for entries below a delimiter. */
export interface ListPage<T> {
  readonly entries: readonly T[];
  readonly commonPrefixes: readonly string[];
  readonly truncated: boolean;
  /** The last entry's key or the last common prefix, whichever came last: where the next page starts. */
  readonly last: string;
  readonly lastEntry: T | undefined;
}

interface ListOptions {
  readonly prefix: string;
  readonly delimiter: string;
  /** Common prefixes up to here were on an earlier page. */
  readonly after: string;
  readonly maxKeys: number;
}

/** Rolls entries in key order, all of them after the marker, up into one page. */
export function listPage<T extends { readonly key: string }>(entries: Iterable<T>, options: ListOptions): ListPage<T> {
  const { prefix, delimiter, after, maxKeys } = options;
  const page = { entries: [] as T[], commonPrefixes: [] as string[], last: '', lastEntry: undefined as T | undefined };
  const finish = (truncated: boolean): ListPage<T> => ({ ...page, truncated });
  if (maxKeys === 0) return finish(false);
  for (const entry of entries) {
    if (!entry.key.startsWith(prefix)) continue;
    const end = delimiter === '' ? -1 : entry.key.indexOf(delimiter, prefix.length);
    const common = end < 0 ? undefined : entry.key.slice(0, end + delimiter.length);
    if (common !== undefined && (common === page.commonPrefixes.at(-1) || !isAfter(common, after))) continue;
    if (page.entries.length + page.commonPrefixes.length >= maxKeys) return finish(true);
    if (common === undefined) page.entries.push(entry);
    else page.commonPrefixes.push(common);
    page.last = common ?? entry.key;
    page.lastEntry = common === undefined ? entry : undefined;
  }
  return finish(false);
}

/** S3 and SQLite order keys by their UTF-8 bytes; JavaScript compares UTF-16 units, which differs above U+FFFF. */
function isAfter(value: string, marker: string): boolean {
  return Buffer.compare(Buffer.from(value), Buffer.from(marker)) > 0;
}

/** @throws ServiceFault `InvalidArgument` */
export function maxKeysOf(query: URLSearchParams): number {
  const text = query.get('max-keys') ?? '1000';
  if (!/^\d+$/.test(text)) throw s3Fault('InvalidArgument', 'Provided max-keys not an integer or within integer range');
  return Math.min(Number(text), 1000);
}

/**
 * How names are written into the answer: as they are, or percent-encoded when the client asked for `encoding-type=url`.
 *
 * @throws ServiceFault `InvalidArgument`
 */
export function nameEncoder(query: URLSearchParams): (name: string) => string {
  const type = query.get('encoding-type');
  if (type === null) return (name) => name;
  if (type !== 'url') throw s3Fault('InvalidArgument', 'Invalid Encoding Method specified in Request');
  return (name) => encodeURIComponent(name).replaceAll('%2F', '/');
}
