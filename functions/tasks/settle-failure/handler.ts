import { failedTask } from '#schemas/workflows/deployment-task.ts';
import { taskHandler } from '#runtime/task-handler.ts';
import { settleFailure } from '#usecases/settle-failure.ts';

export const handler = taskHandler(failedTask, (task, deps) => settleFailure(deps, task));
