import { waitingTask } from '#schemas/workflows/deployment-task.ts';
import { taskHandler } from '#runtime/task-handler.ts';
import { admitDeployment } from '#usecases/admit-deployment.ts';

export const handler = taskHandler(waitingTask, (task, deps) => admitDeployment(deps, task));
