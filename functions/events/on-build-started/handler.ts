import { buildStateChange } from '#schemas/external/build-state-change.ts';
import { eventHandler } from '#runtime/event-handler.ts';
import { onBuildStarted } from '#usecases/on-build-started.ts';

export const handler = eventHandler(buildStateChange, (build, deps) => onBuildStarted(deps, build));
