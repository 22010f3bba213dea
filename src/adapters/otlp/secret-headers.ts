import { GetSecretValueCommand, type SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type { Clock } from '#ports/clock.ts';
import { parseHeaders } from './parse-headers.ts';

/** A secret that was changed is taken up within this. */
const keptMs = 5 * 60_000;

/** Headers whose values are secret, such as a receiver's token: read when they are needed, and kept for a while. */
export function secretHeaders(client: () => SecretsManagerClient, secretId: string, clock: Clock) {
  let known: { readonly headers: Readonly<Record<string, string>>; readonly untilMs: number } | undefined;
  return async (): Promise<Readonly<Record<string, string>>> => {
    const nowMs = clock.now().getTime();
    if (known && nowMs < known.untilMs) return known.headers;
    const { SecretString = '' } = await client().send(new GetSecretValueCommand({ SecretId: secretId }));
    known = { headers: parseHeaders(SecretString), untilMs: nowMs + keptMs };
    return known.headers;
  };
}
