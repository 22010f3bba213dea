import { runEvent } from '#schemas/events/deployment-ends.ts';
import { taskHandler } from '#runtime/task-handler.ts';
import { recordMetrics } from '#usecases/record-metrics.ts';

export const handler = taskHandler(runEvent, (event, deps) => recordMetrics(deps, event));
