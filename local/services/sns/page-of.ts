const PAGE = 100;

/** One page in the order of ARNs; the token is the last ARN shown. */
export function pageOf<T extends { readonly arn: string }>(
  items: readonly T[],
  token: string | undefined,
): { readonly page: readonly T[]; readonly NextToken?: string } {
  const rest = items.filter(({ arn }) => arn > (token ?? ''));
  const page = rest.slice(0, PAGE);
  const last = page.at(-1);
  return last && rest.length > page.length ? { page, NextToken: last.arn } : { page };
}
