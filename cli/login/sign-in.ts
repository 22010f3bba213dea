import type { Configuration, TokenEndpointResponse } from 'openid-client';
import { orUnreachable } from '#client/or-unreachable.ts';
import type { CliContext } from '../context.ts';
import { TokenRefused } from '../token-refused.ts';
import { discoverIssuer, openidClient, orTokenRefused, type IssuerPlace } from './issuer-client.ts';
import type { Login } from './login-file.ts';
import { openLoopback } from './loopback-server.ts';

export interface SignInWish extends IssuerPlace {
  readonly scope: string;
  /** For issuers that want to be told whom the token is for. */
  readonly audience?: string | undefined;
  /** Sign in as this user without asking, where the issuer does that. */
  readonly as?: string | undefined;
}

type Surroundings = Pick<CliContext, 'fetch' | 'now'>;

/**
 * Authorization code flow with PKCE.
 *
 * @param meet brings the person and the address together, and settles when the browser has come back or nobody waits any more
 * @throws UsageError, Unreachable, TokenRefused, or what `meet` throws
 */
export async function signIn(
  context: Surroundings,
  wish: SignInWish,
  meet: (address: URL, arrival: Promise<URL>) => Promise<URL>,
): Promise<Login> {
  const client = await openidClient();
  const configuration = await discoverIssuer(context, wish);
  const [state, nonce, verifier] = [client.randomState(), client.randomNonce(), client.randomPKCECodeVerifier()];
  await using loopback = await openLoopback(state);
  const { redirectUri } = loopback;
  const address = client.buildAuthorizationUrl(configuration, {
    redirect_uri: redirectUri,
    scope: wish.scope,
    state,
    nonce,
    code_challenge: await client.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
    ...(wish.audience !== undefined && { audience: wish.audience }),
    ...(wish.as !== undefined && { login_hint: wish.as }),
  });
  const back =
    wish.as === undefined
      ? await meet(address, loopback.arrival)
      : await followByItself(context, address, redirectUri, wish);
  const tokens = await orTokenRefused(wish.issuer, () =>
    client.authorizationCodeGrant(configuration, back, {
      pkceCodeVerifier: verifier,
      expectedState: state,
      expectedNonce: nonce,
      idTokenExpected: true,
    }),
  );
  return loginOf(wish, tokens, context.now());
}

/**
 * Another access token for a login that has a refresh token.
 *
 * @throws Unreachable, TokenRefused
 */
export async function renew(context: Surroundings, login: Login, refreshToken: string): Promise<Login> {
  const client = await openidClient();
  const configuration = await discoverIssuer(context, login);
  const tokens = await orTokenRefused(login.issuer, () => client.refreshTokenGrant(configuration, refreshToken));
  // An issuer that does not replace refresh tokens sends none.
  return { refreshToken, ...loginOf(login, tokens, context.now()) };
}

/** Has the issuer forget the login, where it offers that; the answer says whether it did. */
export async function endAtIssuer(context: Surroundings, login: Login): Promise<boolean> {
  const { refreshToken } = login;
  if (refreshToken === undefined) return false;
  const client = await openidClient();
  const configuration: Configuration = await discoverIssuer(context, login);
  if (configuration.serverMetadata().revocation_endpoint === undefined) return false;
  await orTokenRefused(login.issuer, () =>
    client.tokenRevocation(configuration, refreshToken, { token_type_hint: 'refresh_token' }),
  );
  return true;
}

function loginOf({ issuer, clientId }: IssuerPlace, tokens: TokenEndpointResponse, nowMs: number): Login {
  const { access_token: accessToken, refresh_token: refreshToken, expires_in: seconds = 300 } = tokens;
  return {
    issuer,
    clientId,
    accessToken,
    ...(refreshToken !== undefined && { refreshToken }),
    expiresAtMs: nowMs + seconds * 1000,
  };
}

/** Where the issuer signs in at once, every answer on the way is a redirect. */
async function followByItself({ fetch }: Surroundings, from: URL, redirectUri: string, wish: SignInWish): Promise<URL> {
  let at = from;
  for (let hop = 0; hop < 5; hop++) {
    const signal = AbortSignal.timeout(15_000);
    const location = await orUnreachable(at.href, signal, async () => {
      const response = await fetch(at.href, { redirect: 'manual', signal });
      await response.body?.cancel();
      return response.status >= 300 && response.status < 400 ? response.headers.get('location') : null;
    });
    const next = location === null ? null : URL.parse(location, at.href);
    if (next === null) break;
    if (`${next.origin}${next.pathname}` === redirectUri) return next;
    if (next.origin !== from.origin) break;
    at = next;
  }
  throw new TokenRefused(
    `${wish.issuer} does not sign in "${wish.as}" without asking.`,
    'Leave out --as, and sign in with a browser.',
  );
}
