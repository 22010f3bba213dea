import { logSubscription } from '#schemas/external/log-subscription.ts';
import { taskHandler } from '#runtime/task-handler.ts';
import { appendLogs } from '#usecases/append-logs.ts';

export const handler = taskHandler(logSubscription, (delivered, deps) => appendLogs(deps, delivered));
