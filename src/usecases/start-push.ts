import type { PushTask } from '#schemas/workflows/push-task.ts';
import type { Deps } from '#ports/deps.ts';

/**
 * Makes sure that the machine of a push runs. The event may come twice: the second time starts nothing.
 *
 * @returns `ended` when its machine has run already and is over
 */
export async function startPush(
  deps: Pick<Deps, 'pushes' | 'workflows'>,
  task: PushTask,
): Promise<'running' | 'ended' | 'settled' | 'unknown'> {
  const push = await deps.pushes.find(task.service, task.push);
  if (!push) return 'unknown';
  if (push.outcome) return 'settled';
  return deps.workflows.startPush(task);
}
