import { importJWK, SignJWT, type JWK } from 'jose';
import type { LocalUser } from './local-users.ts';

export const tokenSeconds = 3600;

/** A name and no address, so that tokens outlive a change of port. */
export const issuerName = 'urn:deployment-service:local';

export interface AccessClaims {
  readonly subject: string;
  readonly roles: readonly string[];
  readonly groups: readonly string[];
  readonly email?: string | undefined;
}

interface IdClaims {
  readonly subject: string;
  readonly user: LocalUser;
  readonly clientId: string;
  readonly nonce?: string | undefined;
}

export type Tokens = Awaited<ReturnType<typeof openTokens>>;

interface TokenOptions {
  readonly privateKey: JWK;
  readonly audience: string;
  /** The issuer's URL, which is known when it listens. */
  readonly address: () => string;
  readonly nowMs: () => number;
}

/** Signs tokens. Access tokens carry the issuer's name, ID tokens its address, as a client that discovered it expects. */
export async function openTokens({ privateKey, audience, address, nowMs }: TokenOptions) {
  const { d: _private, ...publicKey } = privateKey;
  const key = await importJWK(privateKey, 'ES256');
  const sign = (payload: Record<string, unknown>, type: string, seconds: number): Promise<string> => {
    const now = Math.floor(nowMs() / 1000);
    return new SignJWT({ ...payload, iat: now, exp: now + seconds })
      .setProtectedHeader({ alg: 'ES256', kid: publicKey.kid ?? 'local', typ: type })
      .sign(key);
  };
  return {
    keySet: () => ({ keys: [publicKey] }),
    access: ({ subject, roles, groups, email }: AccessClaims): Promise<string> =>
      sign(
        { iss: issuerName, aud: audience, sub: subject, roles, groups, ...(email && { email }) },
        'at+jwt',
        tokenSeconds,
      ),
    id: ({ subject, user, clientId, nonce }: IdClaims): Promise<string> =>
      sign(
        {
          iss: address(),
          aud: clientId,
          sub: subject,
          ...(user.name && { name: user.name }),
          ...(user.email && { email: user.email }),
          ...(nonce && { nonce }),
        },
        'JWT',
        tokenSeconds,
      ),
  };
}
