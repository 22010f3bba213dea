import { queueChanges } from '#runtime/queue-changes.ts';
import { taskHandler } from '#runtime/task-handler.ts';
import { wakeWaiters } from '#usecases/wake-waiters.ts';

export const handler = taskHandler(queueChanges, (changes, deps) => wakeWaiters(deps, changes));
