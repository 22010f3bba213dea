import * as z from 'zod';
import { orUnreachable } from '#client/or-unreachable.ts';
import type { CliContext } from './context.ts';
import { readCredentials, type Credentials } from './credentials.ts';
import { TokenRefused } from './token-refused.ts';

const grant = z.object({ access_token: z.string().min(1), expires_in: z.number().positive().optional() });

/** A token is renewed this long before it ends, so that it does not end on the way. */
const marginMs = 30_000;
const timeoutMs = 15_000;

/**
 * Where tokens come from: `DEPLOYMENT_SERVICE_TOKEN`, or client credentials of a credentials file. A granted token is
 * used until it is about to expire.
 *
 * The returned function throws UsageError without credentials, Unreachable and TokenRefused.
 */
export function tokenSource(context: Pick<CliContext, 'env' | 'cwd' | 'fetch' | 'now'>): () => Promise<string> {
  const given = context.env['DEPLOYMENT_SERVICE_TOKEN'];
  if (given !== undefined && given !== '') return () => Promise.resolve(given);

  let held: { readonly token: string; readonly untilMs: number } | undefined;
  return async () => {
    if (held && context.now() < held.untilMs) return held.token;
    const credentials = await readCredentials(context);
    const { access_token: token, expires_in: seconds = 60 } = await requestToken(context.fetch, credentials);
    held = { token, untilMs: context.now() + seconds * 1000 - marginMs };
    return token;
  };
}

/** RFC 6749, section 4.4: the client proves itself by basic authentication, each part form-encoded first. */
async function requestToken(fetch: CliContext['fetch'], credentials: Credentials): Promise<z.output<typeof grant>> {
  const { tokenUrl, clientId, clientSecret } = credentials;
  const signal = AbortSignal.timeout(timeoutMs);
  const { status, text } = await orUnreachable(tokenUrl, signal, async () => {
    const response = await fetch(tokenUrl, {
      method: 'POST',
      headers: {
        accept: 'application/json',
        authorization: `Basic ${btoa(`${encodeURIComponent(clientId)}:${encodeURIComponent(clientSecret)}`)}`,
        'content-type': 'application/x-www-form-urlencoded',
      },
      body: 'grant_type=client_credentials',
      signal,
    });
    return { status: response.status, text: await response.text() };
  });
  const parsed = status === 200 ? grant.safeParse(jsonOf(text)) : undefined;
  if (!parsed?.success) throw new TokenRefused(credentials, status, reasonOf(text));
  return parsed.data;
}

function reasonOf(text: string): string | undefined {
  const said = z.object({ error: z.string(), error_description: z.string().optional() }).safeParse(jsonOf(text));
  return said.data?.error_description ?? said.data?.error;
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
