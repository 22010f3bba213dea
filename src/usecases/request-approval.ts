import { requestApproval as decideRequest } from '#domain/deployment/request-approval.ts';
import { Refusal } from '#domain/refusal.ts';
import type { Deps } from '#ports/deps.ts';
import type { WaitingTask } from '#schemas/workflows/deployment-task.ts';
import { commitDecision } from './commit-decision.ts';
import { momentOf } from './moment-of.ts';
import { closeStep } from './run-step.ts';

type RequestDeps = Pick<Deps, 'deployments' | 'workflows' | 'clock' | 'digest'>;

/**
 * Puts a release before the people who decide on it. The machine waits for the token; it asks again every quarter of an
 * hour, so that a lost wake-up costs that much at most.
 *
 * @throws Refusal `timeout` when nobody approved in time
 */
export async function requestApproval(deps: RequestDeps, { deploymentId, run, token }: WaitingTask): Promise<void> {
  const { value } = await commitDecision(deps, deploymentId, (record) => {
    const moment = momentOf(deps, 'system:deployment');
    const instantAfter = (seconds: number) => new Date(moment.atMs + seconds * 1000).toISOString();
    const request = decideRequest(record, { run, token, instantAfter }, moment);
    return { value: { request, record }, decision: request.kind === 'wait' ? request.decision : undefined };
  });
  const { request, record } = value;
  if (request.kind === 'go_on') await deps.workflows.wake(token, {});
  if (request.kind !== 'expired') return;
  const { message } = request;
  const step = record.steps.findLast(({ name, status }) => name === 'approval' && status === 'running');
  if (step) await closeStep(deps, step, { failure: { code: 'timeout', step: 'approval', message } });
  throw new Refusal('timeout', message);
}
