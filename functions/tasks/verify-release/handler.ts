import { deploymentTask } from '#schemas/workflows/deployment-task.ts';
import { taskHandler } from '#runtime/task-handler.ts';
import { verifyRelease } from '#usecases/verify-release.ts';

export const handler = taskHandler(deploymentTask, (task, deps) => verifyRelease(deps, task));
