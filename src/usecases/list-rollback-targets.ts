import type { RollbackTarget } from '#schemas/api/list-rollback-targets.ts';
import type { Deployment } from '#domain/deployment/deployment.ts';
import { effectOf, feasibilityOf, hindrancesOf } from '#domain/deployment/rollback-feasibility.ts';
import { originOf, releasesOf } from '#domain/deployment/rollback-history.ts';
import type { Deps } from '#ports/deps.ts';
import { findRelease } from './find-release.ts';
import { findService } from './find-service.ts';
import { rollbackFacts, type FactsDeps } from './rollback-facts.ts';
import { readRollbackSituation, type RollbackSituation } from './rollback-situation.ts';

/** The one that serves, and so many others. */
const mostReleases = 21;

interface RollbackTargets {
  readonly current?: string;
  readonly underWay?: string;
  readonly items: readonly RollbackTarget[];
}

/**
 * The releases that an environment can go back to, newest first, each with what was found out about it now.
 *
 * @throws Refusal `not_found`; `validation_error` or `conflict` for a `to` that is no release of this environment
 */
export async function listRollbackTargets(
  deps: FactsDeps & Pick<Deps, 'services' | 'deployments'>,
  input: { readonly service: string; readonly environment: string; readonly to?: string | undefined },
): Promise<RollbackTargets> {
  const service = await findService(deps, input.service);
  const situation = await readRollbackSituation(deps, service, input.environment);
  const releases = await wantedReleases(deps, situation, input.to);
  const facts = await rollbackFacts(deps, situation, releases);
  const { current, runner, standard } = situation;
  return {
    ...(current && { current: current.id }),
    ...(runner && { underWay: runner.id }),
    items: facts.map((fact) => {
      const { to, serves } = fact;
      const checks = feasibilityOf(fact);
      return {
        deploymentId: to.id,
        commit: to.commit,
        ...(to.source && { subject: to.source.subject }),
        version: to.release?.version ?? '',
        releasedAt: to.finishedAt ?? to.updatedAt,
        actor: to.actor,
        serves,
        standard: to.id === standard,
        feasible: hindrancesOf(checks).length === 0,
        effect: effectOf(fact),
        checks: [...checks],
        ...(to.rolledBackBy !== undefined && { rolledBackBy: to.rolledBackBy }),
      };
    }),
  };
}

async function wantedReleases(
  deps: Pick<Deps, 'deployments'>,
  situation: RollbackSituation,
  to: string | undefined,
): Promise<readonly Deployment[]> {
  if (to !== undefined) return [await findRelease(deps, situation, to)];
  const { history, current } = situation;
  const releases = releasesOf(history).slice(0, mostReleases);
  if (!current || releases.some(({ id }) => id === originOf(current))) return releases;
  // Older than all of these, and brought back.
  return [...releases.slice(0, -1), await findRelease(deps, situation, originOf(current))];
}
