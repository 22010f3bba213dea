import { runEnd } from '#schemas/events/deployment-ends.ts';
import { eventHandler } from '#runtime/event-handler.ts';
import { exportTrace } from '#usecases/export-trace.ts';

export const handler = eventHandler(runEnd, (detail, deps) => exportTrace(deps, detail.deploymentId));
