import * as z from 'zod';
import { orUnreachable } from '#client/or-unreachable.ts';
import type { CliContext } from './context.ts';
import { readCredentials, type Credentials } from './credentials.ts';
import { changeLogin, findLogin, loginFile, type Login } from './login/login-file.ts';
import { renew } from './login/sign-in.ts';
import { TokenRefused } from './token-refused.ts';

const grant = z.object({ access_token: z.string().min(1), expires_in: z.number().positive().optional() });

/** A token is renewed this long before it ends, so that it does not end on the way. */
const marginMs = 30_000;
const timeoutMs = 15_000;

type Surroundings = Pick<CliContext, 'env' | 'cwd' | 'checkout' | 'fetch' | 'now' | 'pause'>;

/** A token and where it is from. */
export type FoundToken =
  | { readonly kind: 'variable'; readonly token: string }
  | { readonly kind: 'login'; readonly token: string; readonly login: Login; readonly file: string }
  | { readonly kind: 'credentials'; readonly token: string; readonly seconds: number; readonly file: string };

/**
 * Where tokens come from: the first of `DEPLOYMENT_SERVICE_TOKEN`, a credentials file that is named, the login at this
 * service, and a credentials file that is found. What somebody wrote into the environment of one command counts more than
 * what was done some day before, and a person more than what lies around. A granted token is used until it is about to expire.
 *
 * The returned function throws UsageError without any of them, Unreachable and TokenRefused.
 *
 * @param api whose login to look for; without it none is
 */
export function tokenSource(context: Surroundings, api?: string): () => Promise<string> {
  let held: { readonly token: string; readonly untilMs: number } | undefined;
  return async () => {
    if (held && context.now() < held.untilMs) return held.token;
    const found = await findToken(context, api);
    const untilMs = untilMsOf(found, context.now());
    held = untilMs === undefined ? undefined : { token: found.token, untilMs: untilMs - marginMs };
    return found.token;
  };
}

/** As `tokenSource` does, once, with where it is from. */
export async function findToken(context: Surroundings, api?: string): Promise<FoundToken> {
  const { env } = context;
  const given = env['DEPLOYMENT_SERVICE_TOKEN'];
  if (given !== undefined && given !== '') return { kind: 'variable', token: given };
  const isNamed = (env['DEPLOYMENT_SERVICE_CREDENTIALS'] ?? '') !== '';
  const login = isNamed || api === undefined ? undefined : await freshLogin(context, api);
  if (login) return { kind: 'login', token: login.accessToken, login, file: loginFile(context) ?? '' };
  const credentials = await readCredentials(context);
  const { access_token: token, expires_in: seconds = 60 } = await requestToken(context.fetch, credentials);
  return { kind: 'credentials', token, seconds, file: credentials.file };
}

function untilMsOf(found: FoundToken, nowMs: number): number | undefined {
  switch (found.kind) {
    case 'variable':
      return undefined;
    case 'login':
      return found.login.expiresAtMs;
    case 'credentials':
      return nowMs + found.seconds * 1000;
  }
}

/**
 * The login at a service, renewed where it is about to end. One dsctl at a time renews it: a refresh token is good for one
 * use, and whoever comes second finds what the first one got.
 */
async function freshLogin(context: Surroundings, api: string): Promise<Login | undefined> {
  const isGood = ({ expiresAtMs }: Login): boolean => context.now() < expiresAtMs - marginMs;
  const login = await findLogin(context, api);
  if (!login || isGood(login)) return login;
  return changeLogin(context, api, async (present) => {
    if (!present || isGood(present)) return present;
    if (present.refreshToken !== undefined) return renew(context, present, present.refreshToken);
    // Never somebody else's token in its place: what is done would be done in another name.
    throw new TokenRefused(
      `Your login at ${api} has ended.`,
      'Sign in again with "dsctl login", or leave it with "dsctl logout".',
    );
  });
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
  if (!parsed?.success) throw TokenRefused.ofClient(credentials, status, reasonOf(text));
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
