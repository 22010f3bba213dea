import type { JournalRecord } from '#local/asl/entry.ts';
import type { WorkflowHost } from './workflow-host.ts';

/** The execution of a run of a deployment. */
export function executionArn(id: string, run = 1): string {
  return `arn:aws:states:eu-west-1:000000000000:execution:deployment-service-deployment:${id}-${run}`;
}

/** The history of a deployment's machine, as lines of the journal that the service shows. */
export function machineHistory({ account }: WorkflowHost, id: string, run = 1): readonly JournalRecord[] {
  const { journal } = account.engine;
  const execution = journal.find(executionArn(id, run));
  return execution ? journal.events(execution.key, { order: 'oldest first', limit: 30_000 }) : [];
}

/** The states that a deployment's machine entered, in order. */
export function machineStates(host: WorkflowHost, { id, run }: { id: string; run: number }): readonly string[] {
  return machineHistory(host, id, run).flatMap(({ entry }) => (entry.kind === 'StateEntered' ? [entry.state] : []));
}

/** The errors of the machine's tasks, in order. */
export function taskErrors(host: WorkflowHost, id: string): readonly string[] {
  return machineHistory(host, id).flatMap(({ entry }) => (entry.kind === 'TaskFailed' ? [entry.error] : []));
}
