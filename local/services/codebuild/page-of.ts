import { invalidInput } from './codebuild-input.ts';

const PAGE = 100;

/** Cuts a page of 100 out of a whole list; the token is the place where the next page begins. */
export function pageOf<T>(rows: readonly T[], token: string | undefined): { page: readonly T[]; next?: string } {
  if (token !== undefined && !/^\d+$/.test(token)) throw invalidInput('Invalid nextToken.');
  const from = Number(token ?? 0);
  const end = from + PAGE;
  return { page: rows.slice(from, end), ...(rows.length > end && { next: String(end) }) };
}
