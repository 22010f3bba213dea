import { invalid } from './parameter-names.ts';
import type { Parameter } from './parameter-store.ts';

/** One page in the order of names; the token is the last name shown. */
export function pageOf(
  parameters: readonly Parameter[],
  { MaxResults, NextToken }: { readonly MaxResults: number; readonly NextToken?: string | undefined },
): { readonly page: readonly Parameter[]; readonly NextToken?: string } {
  const after = NextToken === undefined ? undefined : Buffer.from(NextToken, 'base64url').toString('utf8');
  if (after === '') throw invalid('The NextToken is not one of this listing.');
  const rest = after === undefined ? parameters : parameters.filter(({ name }) => name > after);
  const page = rest.slice(0, MaxResults);
  if (page.length === rest.length) return { page };
  return { page, NextToken: Buffer.from(page.at(-1)?.name ?? '').toString('base64url') };
}
