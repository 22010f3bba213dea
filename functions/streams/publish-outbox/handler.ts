import { outboxRecords } from '#runtime/outbox-records.ts';
import { taskHandler } from '#runtime/task-handler.ts';
import { publishOutbox } from '#usecases/publish-outbox.ts';

export const handler = taskHandler(outboxRecords, async ({ events, sequenceOf }, deps) => {
  const refused = await publishOutbox(deps, events);
  return { batchItemFailures: refused.map((event) => ({ itemIdentifier: sequenceOf(event) })) };
});
