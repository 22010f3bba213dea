import * as z from 'zod';

const facts = z.object({
  sub: z.string().optional().catch(undefined),
  email: z.string().optional().catch(undefined),
  roles: z.array(z.string()).default([]).catch([]),
  groups: z.array(z.string()).default([]).catch([]),
  exp: z.number().optional().catch(undefined),
});

/** What a token says of itself. For showing only: whether it is true is for the service to check. */
export interface TokenFacts {
  readonly subject: string | undefined;
  readonly email: string | undefined;
  readonly roles: readonly string[];
  readonly groups: readonly string[];
  readonly expiresAtMs: number | undefined;
}

export function readToken(token: string): TokenFacts {
  const { data } = facts.safeParse(payloadOf(token));
  return {
    subject: data?.sub,
    email: data?.email,
    roles: data?.roles ?? [],
    groups: data?.groups ?? [],
    expiresAtMs: data?.exp === undefined ? undefined : data.exp * 1000,
  };
}

function payloadOf(token: string): unknown {
  try {
    return JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString('utf8'));
  } catch {
    return undefined;
  }
}
