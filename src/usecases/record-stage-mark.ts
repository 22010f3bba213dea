import { stageFailure } from '#domain/deployment/stage-failure.ts';
import type { Deps } from '#ports/deps.ts';
import type { StageMark } from '#schemas/workflows/stage-mark.ts';
import { requireRunnerToken } from './require-runner-token.ts';
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
  await requireRunnerToken(deps, mark);
  const start = { name: mark.stage, run: mark.run, buildId: mark.buildId };
  const { step } = await openStep(deps, mark.deploymentId, start);
  if (mark.status === 'started' || step.status !== 'running') return;
  const failure = stageFailure(mark);
  await closeStep(deps, step, {
    ...(failure && { failure }),
    ...(mark.reports && { reports: mark.reports }),
    ...(mark.cache && !failure && { cache: mark.cache }),
    ...(mark.retries && { retries: mark.retries }),
  });
}
