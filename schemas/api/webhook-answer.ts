import * as z from 'zod';
import { serviceName } from '../names.ts';

/** What became of a verified delivery; whoever looks at the provider's list of deliveries reads it there. */
export const webhookAnswer = z.object({
  /** `known`: this delivery was taken before, and nothing was done. */
  decision: z.enum(['accepted', 'known', 'ignored']),
  /** Why nothing comes of it. */
  reason: z.string().optional(),
  services: z.array(z.object({ service: serviceName, decision: z.enum(['accepted', 'known']) })),
});
export type WebhookAnswer = z.infer<typeof webhookAnswer>;

/** As much as fits into an event for a function, which carries the body as text within JSON. */
export const webhookBodyBytes = 4 * 1024 * 1024;
