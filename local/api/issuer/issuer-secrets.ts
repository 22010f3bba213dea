import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { exportJWK, generateKeyPair, type JWK } from 'jose';

export interface IssuerSecrets {
  readonly privateKey: JWK;
  /** Of the client `dsctl`, whose credentials file the host writes. */
  readonly clientSecret: string;
}

/** Made at the first start, readable by their owner only, and kept, so that tokens outlive a restart. */
export async function openSecrets(file: string): Promise<IssuerSecrets> {
  if (existsSync(file)) return JSON.parse(readFileSync(file, 'utf8')) as IssuerSecrets;
  const { privateKey } = await generateKeyPair('ES256', { extractable: true });
  const secrets: IssuerSecrets = {
    privateKey: { ...(await exportJWK(privateKey)), kid: randomBytes(8).toString('hex'), alg: 'ES256', use: 'sig' },
    clientSecret: randomBytes(24).toString('base64url'),
  };
  writeFileSync(file, JSON.stringify(secrets), { mode: 0o600 });
  return secrets;
}
