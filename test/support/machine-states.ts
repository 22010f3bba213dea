import type { JournalRecord } from '#local/asl/entry.ts';
import type { WorkflowHost } from './workflow-host.ts';

/** The execution of a run of a deployment. */
export function executionArn(id: string, run = 1): string {
  return `arn:aws:states:eu-west-1:000000000000:execution:deployment-service-deployment:${id}-${run}`;
}

/** The execution that releases within a run. */
function releaseArn(id: string, run: number): string {
  return `arn:aws:states:eu-west-1:000000000000:execution:deployment-service-progressive-release:${id}-${run}-release`;
}

/** The execution of a run of a rollback. */
export function rollbackArn(id: string, run = 1): string {
  return executionArn(id, run).replace(':deployment-service-deployment:', ':deployment-service-rollback:');
}

/** The history of a deployment's machine, that of its kind, as lines of the journal that the service shows. */
export function machineHistory(host: WorkflowHost, id: string, run = 1): readonly JournalRecord[] {
  return [...historyOf(host, executionArn(id, run)), ...historyOf(host, rollbackArn(id, run))];
}

/** The history of the machine that releases within a run; empty when it never came to that. */
export function releaseHistory(host: WorkflowHost, id: string, run = 1): readonly JournalRecord[] {
  return historyOf(host, releaseArn(id, run));
}

function historyOf({ account }: WorkflowHost, arn: string): readonly JournalRecord[] {
  const { journal } = account.engine;
  const execution = journal.find(arn);
  return execution ? journal.events(execution.key, { order: 'oldest first', limit: 30_000 }) : [];
}

/** The states that a deployment's machine entered, in order. */
export function machineStates(host: WorkflowHost, { id, run }: { id: string; run: number }): readonly string[] {
  return machineHistory(host, id, run).flatMap(({ entry }) =>
    entry.kind === 'StateEntered' ? [entry.state ?? ''] : [],
  );
}

/** The errors of the tasks of both machines, the release's last. */
export function taskErrors(host: WorkflowHost, id: string): readonly string[] {
  const records = [...machineHistory(host, id), ...releaseHistory(host, id)];
  return records.flatMap(({ entry }) => (entry.kind === 'TaskFailed' ? [entry.error ?? ''] : []));
}
