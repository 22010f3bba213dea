import { invalid } from './scheduler-input.ts';

const MOST = 100;

/** One page of a listing in the order of its keys; the token is the last key shown. */
export function pageOf<T>(
  items: readonly T[],
  keyOf: (item: T) => string,
  query: URLSearchParams,
): { readonly page: readonly T[]; readonly NextToken?: string } {
  const size = Number(query.get('MaxResults') ?? MOST);
  if (!Number.isInteger(size) || size < 1 || size > MOST) throw invalid(`MaxResults must be from 1 to ${MOST}.`);
  const rest = items.filter((item) => keyOf(item) > (query.get('NextToken') ?? ''));
  const page = rest.slice(0, size);
  const last = page.at(-1);
  return last !== undefined && page.length < rest.length ? { page, NextToken: keyOf(last) } : { page };
}
