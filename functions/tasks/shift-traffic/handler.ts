import { deploymentTask } from '#schemas/workflows/deployment-task.ts';
import { taskHandler } from '#runtime/task-handler.ts';
import { shiftTraffic } from '#usecases/shift-traffic.ts';

export const handler = taskHandler(deploymentTask, (task, deps) => shiftTraffic(deps, task));
