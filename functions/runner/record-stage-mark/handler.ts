import { runnerMessage } from '#schemas/workflows/runner-message.ts';
import { taskHandler } from '#runtime/task-handler.ts';
import { hearRunner } from '#usecases/hear-runner.ts';

export const handler = taskHandler(runnerMessage, (message, deps) => hearRunner(deps, message));
