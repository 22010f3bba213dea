import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { jsonAnswer, OAuthError, type IssuerAnswer, type IssuerRequest } from './issuer/answer.ts';
import { createAuthorization } from './issuer/authorization.ts';
import { createGrants } from './issuer/grants.ts';
import { openSecrets } from './issuer/issuer-secrets.ts';
import { LocalUsersFault, machineClientId, readUsers, writeFirstUsers } from './issuer/local-users.ts';
import { openRefreshTokens } from './issuer/refresh-tokens.ts';
import { refusalPage } from './issuer/sign-in-page.ts';
import { openTokens } from './issuer/tokens.ts';

export { issuerName } from './issuer/tokens.ts';

interface IssuerOptions {
  /** Key, secret and users lie here, readable by their owner only. */
  readonly directory: string;
  readonly store: DatabaseSync;
  readonly nowMs: () => number;
  /** Whom access tokens are for. */
  readonly audience: string;
  /** Where it is found; asked when a request has come. */
  readonly address: () => string;
}

/** An OpenID provider of the host's own, for the people and machines in its file of users. */
export interface Issuer {
  readonly clientId: string;
  readonly clientSecret: string;
  /** `undefined` for a path that is not the issuer's. */
  answer(request: IssuerRequest): Promise<IssuerAnswer | undefined>;
}

/** @throws LocalUsersFault when the file of users is not good */
export async function openIssuer({ directory, store, nowMs, audience, address }: IssuerOptions): Promise<Issuer> {
  const { privateKey, clientSecret } = await openSecrets(join(directory, 'issuer.json'));
  const usersFile = join(directory, 'users.json');
  writeFirstUsers(usersFile);
  const users = () => readUsers(usersFile);
  // At the start, where somebody looks.
  users();
  const tokens = await openTokens({ privateKey, audience, address, nowMs });
  const authorization = createAuthorization({ users, usersFile, address, nowMs });
  const refreshTokens = openRefreshTokens(store, nowMs);
  const grants = createGrants({ users, clientSecret, tokens, refreshTokens, authorization });

  const routes: Readonly<Record<string, (request: IssuerRequest) => IssuerAnswer | Promise<IssuerAnswer>>> = {
    'GET /.well-known/openid-configuration': () => jsonAnswer(200, metadataOf(address())),
    'GET /.well-known/jwks.json': () => jsonAnswer(200, tokens.keySet()),
    'GET /oauth/authorize': ({ query }) => page(() => authorization.answer(query)),
    // OpenID Connect Core, section 3.1.2.1, has both.
    'POST /oauth/authorize': ({ form }) => page(() => authorization.answer(form)),
    'POST /oauth/token': (request) => json(() => grants.token(request)),
    'POST /oauth/revoke': (request) => json(async () => grants.revoke(request)),
  };
  const paths = new Set(Object.keys(routes).map((route) => route.split(' ')[1]));
  return {
    clientId: machineClientId,
    clientSecret,
    async answer(request) {
      if (!paths.has(request.path)) return undefined;
      const route = routes[`${request.method} ${request.path}`];
      if (route) return route(request);
      const allowed = Object.keys(routes).flatMap((each) =>
        each.endsWith(` ${request.path}`) ? [each.split(' ')[0]] : [],
      );
      const error = { error: 'invalid_request', error_description: `Use ${allowed.join(' or ')} here.` };
      return jsonAnswer(405, error, { allow: allowed.join(', ') });
    },
  };
}

function metadataOf(address: string): object {
  return {
    issuer: address,
    authorization_endpoint: `${address}/oauth/authorize`,
    token_endpoint: `${address}/oauth/token`,
    revocation_endpoint: `${address}/oauth/revoke`,
    jwks_uri: `${address}/.well-known/jwks.json`,
    response_types_supported: ['code'],
    response_modes_supported: ['query'],
    grant_types_supported: ['authorization_code', 'refresh_token', 'client_credentials'],
    code_challenge_methods_supported: ['S256'],
    token_endpoint_auth_methods_supported: ['client_secret_basic', 'client_secret_post', 'none'],
    revocation_endpoint_auth_methods_supported: ['client_secret_basic', 'client_secret_post', 'none'],
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: ['ES256'],
    scopes_supported: ['openid', 'profile', 'email', 'offline_access'],
    claims_supported: ['sub', 'name', 'email'],
    prompt_values_supported: ['none', 'login', 'select_account'],
    authorization_response_iss_parameter_supported: true,
  };
}

function page(work: () => IssuerAnswer): IssuerAnswer {
  try {
    return work();
  } catch (error) {
    if (error instanceof LocalUsersFault) return refusalPage(500, error.message);
    throw error;
  }
}

/** RFC 6749, section 5.2. */
async function json(work: () => Promise<IssuerAnswer>): Promise<IssuerAnswer> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof LocalUsersFault) {
      return jsonAnswer(500, { error: 'server_error', error_description: error.message });
    }
    if (!(error instanceof OAuthError)) throw error;
    const body = { error: error.code, error_description: error.message };
    return error.code === 'invalid_client'
      ? jsonAnswer(401, body, { 'www-authenticate': 'Basic realm="deployment-service"' })
      : jsonAnswer(400, body);
  }
}
