import type { ReceivedDelivery } from '#ports/webhook-verifier.ts';

/** How a provider's deliveries prove themselves by one of the secrets that it may have. */
export type DeliveryCheck = (
  delivery: Pick<ReceivedDelivery, 'headers' | 'body'>,
  secrets: readonly string[],
  nowMs: number,
) => boolean;
