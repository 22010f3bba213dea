import { signArtifactTask } from '#schemas/workflows/deployment-task.ts';
import { taskHandler } from '#runtime/task-handler.ts';
import { signArtifact } from '#usecases/sign-artifact.ts';

export const handler = taskHandler(signArtifactTask, (task, deps) => signArtifact(deps, task));
