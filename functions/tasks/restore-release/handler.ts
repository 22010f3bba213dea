import { deploymentTask } from '#schemas/workflows/deployment-task.ts';
import { taskHandler } from '#runtime/task-handler.ts';
import { restoreRelease } from '#usecases/restore-release.ts';

export const handler = taskHandler(deploymentTask, (task, deps) => restoreRelease(deps, task));
