import { deploymentTask } from '#schemas/workflows/deployment-task.ts';
import { taskHandler } from '#runtime/task-handler.ts';
import { releaseArtifact } from '#usecases/release-artifact.ts';

export const handler = taskHandler(deploymentTask, (task, deps) => releaseArtifact(deps, task));
