import { approvalOf, type ApprovalRule } from '#domain/deployment/approval-in-force.ts';
import type { Deployment } from '#domain/deployment/deployment.ts';
import { joinDeployment, type RememberedKey } from '#domain/deployment/request.ts';
import { lockedByTwin, requestRollback } from '#domain/deployment/request-rollback.ts';
import { feasibilityOf, hindrancesOf } from '#domain/deployment/rollback-feasibility.ts';
import { originOf } from '#domain/deployment/rollback-history.ts';
import { isTerminal } from '#domain/deployment/transitions.ts';
import { Refusal } from '#domain/refusal.ts';
import type { Deps } from '#ports/deps.ts';
import type { Caller } from './caller.ts';
import { findRelease } from './find-release.ts';
import { findService } from './find-service.ts';
import { makeRoomForRollback } from './make-room-for-rollback.ts';
import { momentOf } from './moment-of.ts';
import { findReplay, refuseBadKey, rememberedAs } from './remembered-request.ts';
import { requireOwnership } from './require-ownership.ts';
import { rollbackFacts, type FactsDeps } from './rollback-facts.ts';
import { readRollbackSituation, type RollbackSituation } from './rollback-situation.ts';

export interface RollBackInput {
  readonly service: string;
  readonly environment: string;
  /** The deployment whose release is restored; without it the release before the present one. */
  readonly to?: string | undefined;
  /** What has to serve, or else nothing is done. */
  readonly deployment?: string | undefined;
  readonly reason?: string | undefined;
}

type RollBackDeps = FactsDeps &
  Pick<Deps, 'services' | 'deployments' | 'runnerQueue' | 'runners' | 'workflows' | 'clock' | 'digest' | 'ids'>;

interface Answer {
  readonly deployment: Deployment;
  readonly created: boolean;
}

/**
 * Accepts a rollback, or answers with the one that is on its way to the same release already, or with the one that the same
 * idempotency key made before. Whether it can be done is found out first: a refusal has changed nothing.
 *
 * @throws Refusal `not_found` for a service or an environment that there is not, `permission_denied` for a service of
 *   another group, `validation_error` for a release of something else, `conflict` when the release cannot be gone back to,
 *   when something else serves than was named, or when its commit is on its way with another deployment
 */
export async function rollBack(
  deps: RollBackDeps,
  input: RollBackInput,
  caller: Caller,
  idempotencyKey?: string,
): Promise<Answer> {
  refuseBadKey(idempotencyKey);
  const service = await findService(deps, input.service);
  requireOwnership(caller, service);
  const remember =
    idempotencyKey === undefined
      ? undefined
      : rememberedAs(deps, { operation: 'roll-back', ...input }, caller, idempotencyKey);
  for (let round = 1; round <= 20; round++) {
    const earlier = remember && (await findReplay(deps, remember));
    if (earlier) return { deployment: earlier, created: false };
    const situation = await readRollbackSituation(deps, service, input.environment);
    const answer = await attempt(deps, situation, input, caller, remember);
    if (answer) return answer;
    await deps.clock.sleep(round * 5);
  }
  throw new Refusal('unavailable', 'Too many requests for the same environment at once; try again.', {
    transient: true,
  });
}

/** @returns `undefined` when somebody else was faster: look again */
async function attempt(
  deps: RollBackDeps,
  situation: RollbackSituation,
  input: RollBackInput,
  caller: Caller,
  remember: RememberedKey | undefined,
): Promise<Answer | undefined> {
  const { runner, waiting, service, environment } = situation;
  // Who asks twice wants one rollback, and not one further back.
  const onItsWay = [runner, waiting].find((each) => each?.kind === 'rollback' && !each.cancel);
  if (input.to === undefined && onItsWay) return join(deps, onItsWay, caller, remember);
  const current = servingDeployment(situation, input.deployment);
  const to = await chosenRelease(deps, situation, input.to);
  await refuseInfeasible(deps, situation, to);

  const moment = momentOf(deps, caller.subject);
  const id = deps.ids.deploymentId();
  const twin = await deps.deployments.findInProgress(service.name, environment, to.commit);
  const held = twin === undefined ? undefined : await deps.deployments.find(twin);
  if (held?.kind === 'rollback' && held.rollbackTo === to.id && !held.cancel) {
    return join(deps, held, caller, remember);
  }
  const rollback = { id, commit: to.commit, actor: caller.subject };
  // It has the lock that the rollback needs; everything else in the way is told after the commit.
  if (held) await makeRoomForRollback(deps, held.id, rollback);
  const decision = requestRollback(
    to,
    {
      id,
      rollbackOf: current.id,
      correlationId: caller.correlationId,
      traceId: caller.traceId,
      ...(caller.email !== undefined && { actorEmail: caller.email }),
      ...present(approvalOf(environment, current)),
      ...(input.reason !== undefined && { reason: input.reason }),
      ...(remember && { remember }),
    },
    moment,
  );
  const outcome = await deps.deployments.commit(decision);
  if (outcome === 'committed') {
    const { owner } = await deps.deployments.slot(service.name, environment);
    if (owner !== undefined) await makeRoomForRollback(deps, owner, rollback);
    return { deployment: decision.after, created: true };
  }
  if (outcome === 'lock_taken') await refuseTwin(deps, to);
  return undefined;
}

function present(standingApproval: ApprovalRule | undefined) {
  return standingApproval ? { standingApproval } : {};
}

async function join(
  deps: RollBackDeps,
  deployment: Deployment,
  caller: Caller,
  remember: RememberedKey | undefined,
): Promise<Answer | undefined> {
  const joined = remember && joinDeployment(deployment, remember, momentOf(deps, caller.subject));
  if (joined && (await deps.deployments.commit(joined)) !== 'committed') return undefined;
  return { deployment, created: false };
}

/** What is rolled back. Whoever names it must not take away what they have not seen. */
function servingDeployment({ service, environment, current, runner }: RollbackSituation, named?: string): Deployment {
  if (!current) {
    const message = `Nothing has been released to ${environment} of "${service.name}" yet; there is nothing to go back to.`;
    throw new Refusal('conflict', message);
  }
  if (named === undefined || named === current.id || named === originOf(current)) return current;
  const wayOut =
    named === runner?.id
      ? `it is still on its way. Take it back with: dsctl cancel ${named}`
      : `${current.id} does. Look at it, then: dsctl rollback ${current.id}`;
  throw new Refusal('conflict', `Deployment ${named} does not serve ${environment} of "${service.name}": ${wayOut}`);
}

async function chosenRelease(
  deps: RollBackDeps,
  situation: RollbackSituation,
  named: string | undefined,
): Promise<Deployment> {
  const { service, environment, standard } = situation;
  const id = named ?? standard;
  if (id !== undefined) return findRelease(deps, situation, id);
  throw new Refusal(
    'conflict',
    `There is no release of ${environment} of "${service.name}" before the present one. Deploy the commit that you want instead.`,
  );
}

async function refuseInfeasible(deps: RollBackDeps, situation: RollbackSituation, to: Deployment): Promise<void> {
  const [facts] = await rollbackFacts(deps, situation, [to]);
  const hindrances = facts ? hindrancesOf(feasibilityOf(facts)) : [];
  if (hindrances.length === 0) return;
  const why = hindrances.map(({ message }) => message.replace(/\.$/, '')).join('; ');
  throw new Refusal(
    'conflict',
    `The release of ${to.id} (commit ${to.commit.slice(0, 7)}) cannot be restored: ${why}.`,
    {
      faults: hindrances.map(({ check, message }) => ({ pointer: '/to', code: check, message })),
    },
  );
}

/** @throws Refusal `conflict` when the commit is on its way with another deployment, which goes on until it is taken back */
async function refuseTwin({ deployments }: RollBackDeps, to: Deployment): Promise<void> {
  const id = await deployments.findInProgress(to.service, to.environment, to.commit);
  const twin = id === undefined ? undefined : await deployments.find(id);
  const isSame = twin?.kind === 'rollback' && twin.rollbackTo === to.id && !twin.cancel;
  if (twin && !isSame && !isTerminal(twin.status)) throw lockedByTwin(to, twin);
}
