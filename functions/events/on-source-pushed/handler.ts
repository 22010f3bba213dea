import { detailSchema } from '#schemas/events/catalog.ts';
import { sourcePushed } from '#schemas/events/source-pushed.ts';
import { eventHandler } from '#runtime/event-handler.ts';
import { startPush } from '#usecases/start-push.ts';

export const handler = eventHandler(detailSchema(sourcePushed), ({ service, seq }, deps) =>
  startPush(deps, { service, push: seq }),
);
