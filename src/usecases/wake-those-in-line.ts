import { whomToWake } from '#domain/deployment/whom-to-wake.ts';
import type { Deps } from '#ports/deps.ts';

/** Wakes those in line for a slot for whom something has changed. Each asks again; a wake-up decides nothing. */
export async function wakeThoseInLine(
  { deployments, workflows }: Pick<Deps, 'deployments' | 'workflows'>,
  { service, environment }: { readonly service: string; readonly environment: string },
): Promise<void> {
  const tokens = whomToWake(await deployments.slot(service, environment)).flatMap(({ token }) => token ?? []);
  for (const token of tokens) await workflows.wake(token, { state: 'ask' });
}
