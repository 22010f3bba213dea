import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { generateKeyPair, importJWK, SignJWT, type JWK } from 'jose';

interface TokenWish {
  readonly roles?: readonly string[];
  readonly groups?: readonly string[];
  readonly subject?: string;
  readonly issuer?: string;
  readonly audience?: string;
  readonly lifetimeSeconds?: number;
  /** Signed by a key that is not the issuer's, under the issuer's key id. */
  readonly forged?: true;
}

/** A token as the host's own issuer makes it, except for what is wished: its key lies beside the state. */
export async function mintToken(directory: string, wish: TokenWish = {}): Promise<string> {
  const { privateKey } = JSON.parse(await readFile(join(directory, 'issuer.json'), 'utf8')) as { privateKey: JWK };
  const key = wish.forged ? (await generateKeyPair('ES256')).privateKey : await importJWK(privateKey, 'ES256');
  const now = Math.floor(Date.now() / 1000);
  return new SignJWT({ roles: wish.roles ?? ['platform', 'release-engineer'], groups: wish.groups ?? [] })
    .setProtectedHeader({ alg: 'ES256', kid: privateKey.kid ?? '' })
    .setIssuer(wish.issuer ?? 'urn:deployment-service:local')
    .setAudience(wish.audience ?? 'deployment-service')
    .setSubject(wish.subject ?? 'ada')
    .setIssuedAt(now - 7200)
    .setExpirationTime(now + (wish.lifetimeSeconds ?? 600))
    .sign(key);
}
