import { deploymentTask } from '#schemas/workflows/deployment-task.ts';
import { taskHandler } from '#runtime/task-handler.ts';
import { completeDeployment } from '#usecases/complete-deployment.ts';

export const handler = taskHandler(deploymentTask, (task, deps) => completeDeployment(deps, task));
