import type { DeploymentRecord } from '#domain/deployment/deployment.ts';
import { clipped } from '#domain/log/log-line.ts';
import { caughtFailure } from '#domain/deployment/caught-failure.ts';
import { isTerminal } from '#domain/deployment/transitions.ts';
import { settleFailure as settle } from '#domain/deployment/settle-failure.ts';
import type { Deps } from '#ports/deps.ts';
import type { Failure } from '#schemas/workflows/failure.ts';
import type { FailedTask } from '#schemas/workflows/deployment-task.ts';
import { commitDecision } from './commit-decision.ts';
import { momentOf } from './moment-of.ts';

type SettleDeps = Pick<Deps, 'deployments' | 'logs' | 'clock' | 'digest'>;

/** Decides what becomes of a deployment that cannot go on, and says whether the release has to be taken back. */
export async function settleFailure(
  deps: SettleDeps,
  task: FailedTask,
): Promise<{ readonly next: 'failed' | 'roll_back' | 'settled' }> {
  const { value } = await commitDecision(deps, task.deploymentId, async (record) => {
    if (record.deployment.run !== task.run) return { value: 'settled' as const };
    const failure = await withLog(deps, record, caughtFailure(record, task.run, task.error, task.cause));
    const settlement = settle(record, failure, momentOf(deps, 'system:deployment'));
    return {
      value: settlement.kind,
      decision: settlement.kind === 'settled' ? undefined : settlement.decision,
    };
  });
  return { next: value };
}

const tailLines = 20;

/** With the last that the deployment wrote, where the failure does not bring its own. To settle it matters more. */
async function withLog({ logs }: SettleDeps, { deployment }: DeploymentRecord, failure: Failure): Promise<Failure> {
  if (failure.logTail || isTerminal(deployment.status)) return failure;
  const tail = await logs.tail(deployment.id, tailLines).catch(() => []);
  return { ...failure, logTail: clipped(tail.map(({ text }) => text)) };
}
