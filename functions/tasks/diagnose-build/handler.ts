import { diagnoseBuildTask } from '#schemas/workflows/deployment-task.ts';
import { taskHandler } from '#runtime/task-handler.ts';
import { diagnoseBuild } from '#usecases/diagnose-build.ts';

export const handler = taskHandler(diagnoseBuildTask, (task, deps) => diagnoseBuild(deps, task));
