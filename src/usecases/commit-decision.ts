import type { Decision } from '#domain/deployment/decision.ts';
import type { Deployment, DeploymentRecord } from '#domain/deployment/deployment.ts';
import { Refusal } from '#domain/refusal.ts';
import type { Deps } from '#ports/deps.ts';

/** Far more rounds than real contention needs; reaching it means that something writes in a circle. */
const mostRounds = 25;

interface Verdict<T> {
  /** Absent: there is nothing to write. */
  readonly decision?: Decision | undefined;
  readonly value: T;
}

/**
 * Loads a deployment, decides, commits; a lost race loads and decides again.
 *
 * @throws Refusal `not_found` for an unknown id, `conflict` when the slot has passed to another deployment
 */
export async function commitDecision<T>(
  deps: Pick<Deps, 'deployments' | 'clock'>,
  deploymentId: string,
  decideOn: (record: DeploymentRecord) => Verdict<T> | Promise<Verdict<T>>,
): Promise<{ readonly value: T; readonly deployment: Deployment }> {
  let slotLosses = 0;
  for (let round = 1; round <= mostRounds; round++) {
    const record = await deps.deployments.load(deploymentId);
    if (!record) throw new Refusal('not_found', `There is no deployment ${deploymentId}.`);
    const { decision, value } = await decideOn(record);
    if (!decision) return { value, deployment: record.deployment };
    const outcome = await deps.deployments.commit(decision);
    if (outcome === 'committed') return { value, deployment: decision.after };
    // One that asks for the slot may lose it to another and decide again; one that held it has no business here any more,
    // unless the record that it read was about to say so.
    if (outcome === 'slot_lost' && !asksForSlot(decision) && ++slotLosses > 3) {
      throw new Refusal('conflict', `Deployment ${deploymentId} no longer holds the slot of its environment.`);
    }
    // Spread, or those who met once meet again.
    await deps.clock.sleep(Math.ceil(Math.random() * round * 10));
  }
  throw new Refusal('unavailable', `Deployment ${deploymentId} is changing too fast; try again.`, { transient: true });
}

function asksForSlot({ writes }: Decision): boolean {
  return writes.some(({ kind }) => kind === 'take-slot' || kind === 'see-slot');
}
