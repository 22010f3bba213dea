import * as z from 'zod';
import { holdPrefix, queuePrefix, runnerRows, slotOf } from '#adapters/dynamodb/keys.ts';
import type { QueueChanges } from '#usecases/wake-waiters.ts';

const text = z.object({ S: z.string() });
const record = z.object({
  eventName: z.string(),
  dynamodb: z.object({
    Keys: z.object({ pk: text, sk: text }),
    NewImage: z.looseObject({ token: text.optional(), owner: text.optional() }).optional(),
  }),
});

/** A batch of the table's stream, as what it says of the queues for slots and runners. Each slot is named once. */
export const queueChanges = z.object({ Records: z.array(record) }).transform(({ Records }): QueueChanges => {
  const slots = new Map<string, { service: string; environment: string }>();
  const granted: string[] = [];
  let runners = false;
  for (const { eventName, dynamodb } of Records) {
    const [pk, sk] = [dynamodb.Keys.pk.S, dynamodb.Keys.sk.S];
    const slot = slotOf(pk);
    if (slot) slots.set(pk, slot);
    if (pk !== runnerRows) continue;
    const holds = sk.startsWith(holdPrefix);
    if (holds && eventName === 'INSERT') granted.push(...(dynamodb.NewImage?.token ? [dynamodb.NewImage.token.S] : []));
    if ((holds && eventName === 'REMOVE') || (sk.startsWith(queuePrefix) && eventName === 'INSERT')) runners = true;
  }
  return { slots: [...slots.values()], runners, granted };
});
