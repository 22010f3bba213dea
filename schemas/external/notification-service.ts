import * as z from 'zod';

/**
 * The contract of an external Notification Service: what this service sends when one is configured in the place of its own
 * webhooks and e-mail. `POST <base>/v1/notifications` with `Authorization: Bearer <token>` and `Idempotency-Key`, under
 * which it must deliver at most once, however often it is asked.
 *
 * Answers: 202 (or another 2xx) when it has taken the message for delivery; 4xx when it does not and will not take it;
 * 408, 429 and 5xx to be asked again, after `Retry-After` seconds where it says so.
 */
export const notificationRequest = z.object({
  schemaVersion: z.literal(1),
  id: z.string(),
  /** Type of the event, or `digest` for failures that were held back. */
  kind: z.string(),
  service: z.string(),
  environment: z.string(),
  title: z.string(),
  lines: z.array(z.string()),
  nextAction: z.string().optional(),
  link: z.url().optional(),
  receiver: z.discriminatedUnion('kind', [
    /** By reference: whoever delivers reads the webhook's address where it lies. */
    z.object({ kind: z.literal('slack'), webhook: z.string() }),
    z.object({ kind: z.literal('email'), address: z.string() }),
  ]),
});
export type NotificationRequest = z.infer<typeof notificationRequest>;
