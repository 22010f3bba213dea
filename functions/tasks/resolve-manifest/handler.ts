import { deploymentTask } from '#schemas/workflows/deployment-task.ts';
import { taskHandler } from '#runtime/task-handler.ts';
import { resolveManifest } from '#usecases/resolve-manifest.ts';

export const handler = taskHandler(deploymentTask, (task, deps) => resolveManifest(deps, task));
