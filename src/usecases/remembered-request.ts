import { canonicalJson } from '#domain/canonical-json.ts';
import type { Deployment } from '#domain/deployment/deployment.ts';
import type { RememberedKey } from '#domain/deployment/request.ts';
import { Refusal } from '#domain/refusal.ts';
import type { Deps } from '#ports/deps.ts';
import type { Caller } from './caller.ts';

/** @throws Refusal `validation_error` for an idempotency key that cannot be one */
export function refuseBadKey(key: string | undefined): void {
  if (key === undefined || /^[\x21-\x7e]{1,255}$/.test(key)) return;
  throw new Refusal('validation_error', 'The Idempotency-Key is not usable.', {
    faults: [{ pointer: '/headers/idempotency-key', message: 'must be 1 to 255 visible ASCII characters' }],
  });
}

/** A key counts per caller, so that nobody can read another's answer by guessing it. */
export function rememberedAs(
  { digest }: Pick<Deps, 'digest'>,
  input: object,
  { subject }: Pick<Caller, 'subject'>,
  key: string,
): RememberedKey {
  return { key: `${subject}#${key}`, digest: digest(canonicalJson(input)) };
}

/**
 * The deployment that the same key made before.
 *
 * @throws Refusal `conflict` when the key was used for another request
 */
export async function findReplay(
  { deployments }: Pick<Deps, 'deployments'>,
  remember: RememberedKey,
): Promise<Deployment | undefined> {
  const earlier = await deployments.findRemembered(remember.key);
  if (!earlier) return undefined;
  if (earlier.digest !== remember.digest) {
    throw new Refusal('conflict', 'This Idempotency-Key was used for another request. Use a new key.');
  }
  return deployments.find(earlier.deploymentId);
}
