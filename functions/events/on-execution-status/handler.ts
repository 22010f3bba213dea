import { executionStatusChange } from '#schemas/external/execution-status-change.ts';
import { eventHandler } from '#runtime/event-handler.ts';
import { settleStoppedExecution } from '#usecases/settle-stopped-execution.ts';

export const handler = eventHandler(executionStatusChange, (ended, deps) => settleStoppedExecution(deps, ended));
