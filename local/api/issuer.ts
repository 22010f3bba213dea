import { randomBytes, timingSafeEqual } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { exportJWK, generateKeyPair, importJWK, SignJWT, type JWK } from 'jose';

const tokenSeconds = 3600;
const clientId = 'dsctl';
/** A name and no address, so that tokens outlive a change of port. */
export const issuerName = 'urn:deployment-service:local';
/** The person at this machine may do everything that a team's roles bring together. */
const localRoles = ['platform', 'release-engineer', 'security'];

interface Secrets {
  readonly privateKey: JWK;
  readonly clientSecret: string;
}

/** An identity provider of the host's own: a key set, and tokens for the one client whose secret lies beside the state. */
export interface Issuer {
  readonly clientId: string;
  readonly clientSecret: string;
  keySet(): { readonly keys: readonly JWK[] };
  /** A token for the client, or for another subject and roles where a test needs one. */
  issue(claims?: { readonly subject?: string; readonly roles?: readonly string[] }): Promise<string>;
  /** The answer of the token endpoint to client credentials, or `undefined` when they are wrong. */
  exchange(authorization: string | undefined): Promise<object | undefined>;
}

/** Keeps its key and secret in `directory`, readable by their owner only, so that tokens outlive a restart. */
export async function openIssuer(directory: string, audience: string): Promise<Issuer> {
  const { privateKey, clientSecret } = await openSecrets(join(directory, 'issuer.json'));
  const { d: _private, ...publicKey } = privateKey;
  const signingKey = await importJWK(privateKey, 'ES256');

  const issue: Issuer['issue'] = ({ subject = clientId, roles = localRoles } = {}) =>
    new SignJWT({ roles })
      .setProtectedHeader({ alg: 'ES256', kid: publicKey.kid ?? 'local' })
      .setIssuer(issuerName)
      .setAudience(audience)
      .setSubject(subject)
      .setIssuedAt()
      .setExpirationTime(`${tokenSeconds}s`)
      .sign(signingKey);

  return {
    clientId,
    clientSecret,
    keySet: () => ({ keys: [publicKey] }),
    issue,
    async exchange(authorization) {
      const given = Buffer.from(/^Basic (.+)$/i.exec(authorization ?? '')?.[1] ?? '', 'base64');
      const wanted = Buffer.from(`${clientId}:${clientSecret}`);
      if (given.byteLength !== wanted.byteLength || !timingSafeEqual(given, wanted)) return undefined;
      return { access_token: await issue(), token_type: 'Bearer', expires_in: tokenSeconds };
    },
  };
}

async function openSecrets(file: string): Promise<Secrets> {
  if (existsSync(file)) return JSON.parse(readFileSync(file, 'utf8')) as Secrets;
  const { privateKey } = await generateKeyPair('ES256', { extractable: true });
  const secrets: Secrets = {
    privateKey: { ...(await exportJWK(privateKey)), kid: randomBytes(8).toString('hex'), alg: 'ES256', use: 'sig' },
    clientSecret: randomBytes(24).toString('base64url'),
  };
  writeFileSync(file, JSON.stringify(secrets), { mode: 0o600 });
  return secrets;
}
