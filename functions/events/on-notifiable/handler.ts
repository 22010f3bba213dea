import { notifiedEvent } from '#schemas/events/notified-events.ts';
import { taskHandler } from '#runtime/task-handler.ts';
import { notify } from '#usecases/notify.ts';

export const handler = taskHandler(notifiedEvent, (event, deps) => notify(deps, event));
