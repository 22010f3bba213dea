import type { Deployment } from '#domain/deployment/deployment.ts';
import { inOrderOfRelease, originOf, releaseBefore } from '#domain/deployment/rollback-history.ts';
import { rollbackPriority } from '#domain/deployment/waiter.ts';
import { isTerminal } from '#domain/deployment/transitions.ts';
import { Refusal } from '#domain/refusal.ts';
import type { Service, TargetRef } from '#domain/service/service.ts';
import type { Deps } from '#ports/deps.ts';

/** So many deployments that succeeded are looked at, those that brought releases and those that brought them back. */
const looksBack = 100;

/** Where an environment stands when somebody thinks of going back. */
export interface RollbackSituation {
  readonly service: Service;
  readonly environment: string;
  readonly registered: TargetRef;
  /** The deployment that serves, a release or a rollback. */
  readonly current?: Deployment;
  /** The deployment that holds the slot of the environment. */
  readonly runner?: Deployment;
  /** A rollback that waits for the slot. */
  readonly waiting?: Deployment;
  /** The release that went out last and could not be taken back: what is on record as serving does not serve, or not alone. */
  readonly stuck?: Deployment;
  /** What succeeded there, in order of release, the last one first. */
  readonly history: readonly Deployment[];
  /** Where a rollback goes that names no release. */
  readonly standard?: string;
}

/** @throws Refusal `not_found` for an environment that the service does not have */
export async function readRollbackSituation(
  { deployments }: Pick<Deps, 'deployments'>,
  service: Service,
  environment: string,
): Promise<RollbackSituation> {
  const registered = service.environments[environment];
  if (!registered) {
    const known = Object.keys(service.environments).join(', ');
    throw new Refusal('not_found', `Service "${service.name}" has no environment "${environment}"; it has ${known}.`);
  }
  const [state, slot, page] = await Promise.all([
    deployments.environment(service.name, environment),
    deployments.slot(service.name, environment),
    deployments.list({ service: service.name, environment, status: 'succeeded', limit: looksBack }),
  ]);
  const found = (id: string | undefined) => (id === undefined ? undefined : deployments.find(id));
  const [current, owner, last, waiting] = await Promise.all([
    found(state.current?.deploymentId),
    found(slot.owner),
    found(slot.last?.deploymentId),
    found(slot.waiters.find(({ priority }) => priority === rollbackPriority)?.deploymentId),
  ]);
  const stuck = last?.status === 'rollback_failed' ? last : undefined;
  const runner = owner && !isTerminal(owner.status) ? owner : undefined;
  // The list may be a moment behind; what serves is known for sure.
  const history = inOrderOfRelease([...page.items, ...(current ? [current] : [])]);
  const standard = current && standardOf(history, current, stuck ?? runner);
  return {
    service,
    environment,
    registered,
    history,
    ...(current && { current }),
    ...(runner && { runner }),
    ...(waiting && !isTerminal(waiting.status) && { waiting }),
    ...(stuck && { stuck }),
    ...(standard !== undefined && { standard }),
  };
}

/** Where a new version has traffic already, the release before it is the one that is still on record as serving. */
function standardOf(history: readonly Deployment[], current: Deployment, newest: Deployment | undefined) {
  const isOut = newest?.kind === 'release' && newest.release?.trafficMoved === true;
  return isOut ? originOf(current) : releaseBefore(history, current);
}
