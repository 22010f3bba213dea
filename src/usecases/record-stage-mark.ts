import { stageFailure } from '#domain/deployment/stage-failure.ts';
import { Refusal } from '#domain/refusal.ts';
import type { Deps } from '#ports/deps.ts';
import type { StageMark } from '#schemas/workflows/stage-mark.ts';
import { closeStep, openStep } from './run-step.ts';

/**
 * Records that a stage of a build began or ended. A mark may come twice; the second changes nothing.
 *
 * @throws Refusal `permission_denied` for a mark without the token of its deployment and run
 */
export async function recordStageMark(
  deps: Pick<Deps, 'deployments' | 'seal' | 'clock' | 'digest'>,
  mark: StageMark,
): Promise<void> {
  const own = await deps.seal.matches('stage-mark', `${mark.deploymentId}/${mark.run}`, mark.token);
  if (!own) throw new Refusal('permission_denied', 'The token of this stage mark is not that of its deployment.');

  const start = { name: mark.stage, run: mark.run, buildId: mark.buildId };
  const { step } = await openStep(deps, mark.deploymentId, start);
  if (mark.status === 'started' || step.status !== 'running') return;
  const failure = stageFailure(mark);
  await closeStep(deps, step, {
    ...(failure && { failure }),
    ...(mark.reports && { reports: mark.reports }),
  });
}
