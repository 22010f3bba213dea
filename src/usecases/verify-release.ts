import type { Deployment, Release } from '#domain/deployment/deployment.ts';
import { complaintOf, type HealthCheck } from '#domain/health/health-check.ts';
import { refuseCancelled } from '#domain/deployment/refuse-cancelled.ts';
import { releasePlanOf } from '#domain/deployment/release-plan.ts';
import { Refusal } from '#domain/refusal.ts';
import type { Deps } from '#ports/deps.ts';
import type { DeploymentTask } from '#schemas/workflows/deployment-task.ts';
import { runStep } from './run-step.ts';

type VerifyDeps = Pick<Deps, 'deployments' | 'shifter' | 'probe' | 'clock' | 'digest'>;

interface Outcome {
  readonly healthy: boolean;
  readonly probes: number;
  readonly lastStatus?: number;
  readonly reason?: string;
}

/**
 * Asks the released service until it has answered well often enough in a row, or its time is over.
 *
 * @throws Refusal `step_failed` when it is not healthy; the deployment then decides about going back
 */
export async function verifyRelease(deps: VerifyDeps, task: DeploymentTask): Promise<void> {
  const start = { name: 'verify', run: task.run, status: 'verifying' } as const;
  await runStep(
    deps,
    task.deploymentId,
    start,
    async (deployment) => {
      const { release } = deployment;
      if (!release) throw new Refusal('conflict', `Deployment ${deployment.id} has released nothing yet.`);
      const check = releasePlanOf(deployment).manifest.healthCheck;
      const url = new URL(check.path, release.target.url).href;
      const outcome = await askUntilSure(deps, deployment, release, check, url);
      const { reason } = outcome;
      return {
        value: undefined,
        facts: [{ type: 'deployment.health_check', data: { url, ...outcome } }],
        ...(!outcome.healthy && {
          failure: {
            code: 'step_failed',
            step: 'verify',
            message: `The new version is not healthy: ${url} ${reason}.`,
          },
        }),
      };
    },
    () => undefined,
  );
}

/**
 * Waits between two questions. Somebody who wants the release back is heard within a second or two.
 *
 * @throws Refusal `cancelled`
 */
async function sleepUnlessCancelled({ deployments, clock }: VerifyDeps, id: string, seconds: number): Promise<void> {
  for (let left = seconds; left > 0; left -= 2) {
    await clock.sleep(Math.min(2, left) * 1000);
    const deployment = await deployments.find(id);
    if (deployment) refuseCancelled(deployment);
  }
}

async function askUntilSure(
  deps: VerifyDeps,
  { id: deploymentId }: Deployment,
  release: Release,
  check: HealthCheck,
  url: string,
): Promise<Outcome> {
  const deadline = deps.clock.now().getTime() + check.deadlineSeconds * 1000;
  let inARow = 0;
  for (let probes = 1; ; probes++) {
    const seen = await deps.probe.get({ url, timeoutSeconds: check.timeoutSeconds });
    const complaint = complaintOf(check, seen) ?? (await misdirected(deps, release));
    const lastStatus = seen.kind === 'answer' ? { lastStatus: seen.status } : {};
    inARow = complaint === undefined ? inARow + 1 : 0;
    if (inARow >= check.successes) return { healthy: true, probes, ...lastStatus };
    if (deps.clock.now().getTime() + check.intervalSeconds * 1000 > deadline) {
      const reason = complaint ?? `answered well only ${inARow} of ${check.successes} times in a row in time`;
      return { healthy: false, probes, ...lastStatus, reason };
    }
    await sleepUnlessCancelled(deps, deploymentId, check.intervalSeconds);
  }
}

/** A good answer proves nothing when another version gave it. */
async function misdirected(deps: VerifyDeps, { target, version }: Release): Promise<string | undefined> {
  const { weights } = await deps.shifter.status(target);
  return weights.get(version) === 100 ? undefined : `is not served by version ${version} alone`;
}
