import { deploymentTask } from '#schemas/workflows/deployment-task.ts';
import { taskHandler } from '#runtime/task-handler.ts';
import { rollBackRelease } from '#usecases/roll-back-release.ts';

export const handler = taskHandler(deploymentTask, (task, deps) => rollBackRelease(deps, task));
