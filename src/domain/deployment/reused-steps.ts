import type { Manifest } from '#schemas/service/manifest.ts';
import type { StepName } from '#schemas/workflows/status.ts';
import type { Moment } from '../moment.ts';
import type { DeploymentRecord, Step } from './deployment.ts';
import { buildStages } from './steps.ts';

/** The steps whose result an existing artifact already is, as rows that say so. */
export function reusedSteps(
  { deployment, steps }: DeploymentRecord,
  manifest: Manifest,
  run: number,
  moment: Moment,
): readonly Step[] {
  const names: readonly StepName[] = [...buildStages.filter((stage) => manifest.build[stage] !== undefined), 'sign'];
  return names.map((name) => ({
    deploymentId: deployment.id,
    name,
    run,
    attempt: steps.filter((step) => step.name === name).length + 1,
    status: 'reused',
    startedAt: moment.at,
    startedAtMs: moment.atMs,
    finishedAt: moment.at,
    durationMs: 0,
  }));
}
