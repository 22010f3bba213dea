import { waitingTask } from '#schemas/workflows/deployment-task.ts';
import { taskHandler } from '#runtime/task-handler.ts';
import { requestApproval } from '#usecases/request-approval.ts';

export const handler = taskHandler(waitingTask, (task, deps) => requestApproval(deps, task));
