import * as z from 'zod';
import { serviceName } from '../names.ts';

/** Input of the machine `push`: which push of which service. What was pushed lies in the table. */
export const pushTask = z.object({
  service: serviceName,
  /** Number of its event `source.pushed`. */
  push: z.int().min(1),
});
export type PushTask = z.infer<typeof pushTask>;

/** `plan-delivery`: how often the source was fetched, and how the last try failed, if it did. */
export const deliveryTask = pushTask.extend({
  fetches: z.int().min(0),
  error: z.string().default(''),
});
export type DeliveryTask = z.infer<typeof deliveryTask>;
