import { caughtFailure } from '#domain/deployment/caught-failure.ts';
import { settleFailure as settle } from '#domain/deployment/settle-failure.ts';
import type { Deps } from '#ports/deps.ts';
import type { FailedTask } from '#schemas/workflows/deployment-task.ts';
import { commitDecision } from './commit-decision.ts';
import { momentOf } from './moment-of.ts';

/** Decides what becomes of a deployment that cannot go on, and says whether the release has to be taken back. */
export async function settleFailure(
  deps: Pick<Deps, 'deployments' | 'clock' | 'digest'>,
  task: FailedTask,
): Promise<{ readonly next: 'failed' | 'roll_back' | 'settled' }> {
  const { value } = await commitDecision(deps, task.deploymentId, (record) => {
    if (record.deployment.run !== task.run) return { value: 'settled' as const };
    const failure = caughtFailure(record, task.run, task.error, task.cause);
    const settlement = settle(record, failure, momentOf(deps, 'system:deployment'));
    return {
      value: settlement.kind,
      decision: settlement.kind === 'settled' ? undefined : settlement.decision,
    };
  });
  return { next: value };
}
