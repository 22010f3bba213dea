import type { PushTask } from '#schemas/workflows/push-task.ts';
import type { Deps } from '#ports/deps.ts';

/** Starts the machine of a push. The event may come twice: the second time starts nothing. */
export async function startPush(
  deps: Pick<Deps, 'pushes' | 'workflows'>,
  task: PushTask,
): Promise<'started' | 'settled' | 'unknown'> {
  const push = await deps.pushes.find(task.service, task.push);
  if (!push) return 'unknown';
  if (push.outcome) return 'settled';
  await deps.workflows.startPush(task);
  return 'started';
}
