import { deploymentTask } from '#schemas/workflows/deployment-task.ts';
import { taskHandler } from '#runtime/task-handler.ts';
import { prepareRelease } from '#usecases/prepare-release.ts';

export const handler = taskHandler(deploymentTask, (task, deps) => prepareRelease(deps, task));
