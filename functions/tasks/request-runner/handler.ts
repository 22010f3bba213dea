import { waitingTask } from '#schemas/workflows/deployment-task.ts';
import { taskHandler } from '#runtime/task-handler.ts';
import { requestRunner } from '#usecases/request-runner.ts';

export const handler = taskHandler(waitingTask, (task, deps) => requestRunner(deps, task));
