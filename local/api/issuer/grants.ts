import { createHash, timingSafeEqual } from 'node:crypto';
import { jsonAnswer, OAuthError, parametersOf, type IssuerAnswer, type IssuerRequest } from './answer.ts';
import type { Authorization } from './authorization.ts';
import { machineClientId, signInClientId, type LocalUsers } from './local-users.ts';
import type { RefreshTokens, SignIn } from './refresh-tokens.ts';
import { tokenSeconds, type AccessClaims, type Tokens } from './tokens.ts';

/** The person at this machine may do everything that a team's roles bring together. */
const machineRoles = ['platform', 'release-engineer', 'security'];

interface GrantOptions {
  readonly users: () => LocalUsers;
  readonly clientSecret: string;
  readonly tokens: Tokens;
  readonly refreshTokens: RefreshTokens;
  readonly authorization: Authorization;
}

/** Who asks at the token endpoint: a machine that proved its secret, or the client that people sign in with. */
type Client = { readonly kind: 'machine'; readonly claims: AccessClaims } | { readonly kind: 'public' };

type Parameters = ReadonlyMap<string, string>;

/** The token endpoint (RFC 6749, section 3.2) and that of revocation (RFC 7009). */
export function createGrants({ users, clientSecret, tokens, refreshTokens, authorization }: GrantOptions) {
  /** Codes that were exchanged, with the sign-in that came of them. */
  const exchanged = new Map<string, string>();

  const answerUser = async ({ subject, scope, family }: SignIn, nonce?: string): Promise<IssuerAnswer> => {
    const { users: known } = users();
    const user = Object.hasOwn(known, subject) ? known[subject] : undefined;
    if (!user) throw new OAuthError('invalid_grant', `There is no user "${subject}" any more.`);
    const wants = new Set(scope.split(' '));
    const clientId = signInClientId;
    return jsonAnswer(200, {
      access_token: await tokens.access({ subject, ...user }),
      token_type: 'Bearer',
      expires_in: tokenSeconds,
      scope,
      ...(wants.has('openid') && { id_token: await tokens.id({ subject, user, clientId, nonce }) }),
      ...(wants.has('offline_access') && { refresh_token: refreshTokens.issue({ subject, scope, family }) }),
    });
  };

  const byCode = async (given: Parameters): Promise<IssuerAnswer> => {
    const code = required(given, 'code');
    const granted = authorization.redeem(code);
    if (!granted) {
      // A code in two hands: what the first one got for it is not to be trusted either (RFC 6749, section 4.1.2).
      const family = exchanged.get(code);
      if (family !== undefined) refreshTokens.revokeFamily(family);
      throw new OAuthError('invalid_grant', 'The code is not one, has been used, or is more than a minute old.');
    }
    if (sameRedirect(required(given, 'redirect_uri')) !== granted.redirectUri) {
      throw new OAuthError('invalid_grant', 'The redirect_uri is not the one that the code was sent to.');
    }
    const verifier = required(given, 'code_verifier');
    if (createHash('sha256').update(verifier).digest('base64url') !== granted.challenge) {
      throw new OAuthError('invalid_grant', 'The code_verifier does not belong to the code_challenge.');
    }
    const family = refreshTokens.newFamily();
    for (const oldest of [...exchanged.keys()].slice(0, Math.max(0, exchanged.size - 1000))) exchanged.delete(oldest);
    exchanged.set(code, family);
    const { subject, scope, nonce } = granted;
    return answerUser({ subject, scope, family }, nonce);
  };

  const byRefreshToken = async (given: Parameters): Promise<IssuerAnswer> => {
    const signIn = refreshTokens.take(required(given, 'refresh_token'));
    if (!signIn) throw new OAuthError('invalid_grant', 'The refresh token is not one, has been used, or has ended.');
    return answerUser(signIn);
  };

  const clientOf = (authorizationHeader: string | undefined, given: Parameters): Client => {
    const basic = basicCredentials(authorizationHeader);
    const id = basic?.id ?? given.get('client_id');
    const secret = basic?.secret ?? given.get('client_secret');
    if (id === signInClientId && secret === undefined) return { kind: 'public' };
    if (id === undefined || secret === undefined) throw unknownClient();
    if (id === machineClientId) {
      if (!sameText(secret, clientSecret)) throw unknownClient();
      return { kind: 'machine', claims: { subject: id, roles: machineRoles, groups: [] } };
    }
    const { clients } = users();
    const client = Object.hasOwn(clients, id) ? clients[id] : undefined;
    if (!client || !sameText(secret, client.secret)) throw unknownClient();
    return { kind: 'machine', claims: { subject: id, roles: client.roles, groups: client.groups } };
  };

  return {
    async token(request: IssuerRequest): Promise<IssuerAnswer> {
      const given = parametersOf(request.form);
      const client = clientOf(request.authorization, given);
      const type = required(given, 'grant_type');
      switch (type) {
        case 'client_credentials':
          if (client.kind === 'public') throw notForClient(type);
          return jsonAnswer(200, {
            access_token: await tokens.access(client.claims),
            token_type: 'Bearer',
            expires_in: tokenSeconds,
          });
        case 'authorization_code':
          if (client.kind === 'machine') throw notForClient(type);
          return byCode(given);
        case 'refresh_token':
          if (client.kind === 'machine') throw notForClient(type);
          return byRefreshToken(given);
        default:
          throw new OAuthError(
            'unsupported_grant_type',
            'The grant_type must be authorization_code, refresh_token or client_credentials.',
          );
      }
    },
    /** 200 whether or not there was such a token: nobody learns by it. Access tokens end by themselves. */
    revoke(request: IssuerRequest): IssuerAnswer {
      const given = parametersOf(request.form);
      clientOf(request.authorization, given);
      refreshTokens.revoke(required(given, 'token'));
      return jsonAnswer(200, {});
    },
  };
}

function required(given: Parameters, name: string): string {
  const value = given.get(name);
  if (value === undefined) throw new OAuthError('invalid_request', `The parameter ${name} is missing.`);
  return value;
}

function unknownClient(): OAuthError {
  return new OAuthError('invalid_client', 'The client is not known, or its secret is another one.');
}

function notForClient(type: string): OAuthError {
  return new OAuthError('unauthorized_client', `This client gets no token by ${type}.`);
}

/** Each part is form-encoded before the two are joined (RFC 6749, section 2.3.1). */
function basicCredentials(header: string | undefined): { readonly id: string; readonly secret: string } | undefined {
  if (header === undefined) return undefined;
  const text = Buffer.from(/^Basic (.+)$/i.exec(header)?.[1] ?? '', 'base64').toString('utf8');
  const colon = text.indexOf(':');
  if (colon < 0) throw unknownClient();
  try {
    const [id = '', secret = ''] = [text.slice(0, colon), text.slice(colon + 1)].map((part) =>
      decodeURIComponent(part.replaceAll('+', ' ')),
    );
    return { id, secret };
  } catch {
    throw unknownClient();
  }
}

/** As the authorization endpoint wrote it down. */
function sameRedirect(given: string): string | undefined {
  return URL.parse(given)?.href;
}

/** Takes as long for a near miss as for any other. */
function sameText(left: string, right: string): boolean {
  const [a, b] = [left, right].map((text) => createHash('sha256').update(text).digest());
  return a !== undefined && b !== undefined && timingSafeEqual(a, b);
}
