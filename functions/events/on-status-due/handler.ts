import { statusEvent } from '#schemas/events/status-events.ts';
import { taskHandler } from '#runtime/task-handler.ts';
import { reportCommitStatus } from '#usecases/report-commit-status.ts';

export const handler = taskHandler(statusEvent, (event, deps) => reportCommitStatus(deps, event));
