import { DeliveryRefused } from './deliveries.ts';
import type { Notification } from './notification.ts';

const TIMEOUT_MS = 15_000;

/**
 * Posts to an HTTP endpoint.
 *
 * @throws DeliveryRefused for an answer that a retry cannot change, Error for any other failure
 */
export async function postNotification({ url, headers, body }: Extract<Notification, { kind: 'http' }>): Promise<void> {
  const answer = await fetch(url, {
    method: 'POST',
    headers,
    body,
    redirect: 'manual',
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
  await answer.body?.cancel();
  if (answer.ok) return;
  const text = `${url} answered ${answer.status}.`;
  if (answer.status >= 400 && answer.status < 500 && answer.status !== 429) throw new DeliveryRefused(text);
  throw new Error(text);
}
