import { receiverKey, type Message, type Receiver } from '#domain/notification/message.ts';
import { Refusal } from '#domain/refusal.ts';
import type { Deps } from '#ports/deps.ts';

export interface DeliveryOutcome {
  readonly sent: number;
  readonly known: number;
  /** Why a receiver did not take it, and will not. */
  readonly refused: readonly string[];
}

/**
 * Sends a message to everybody it is for, each once. One who is down keeps it from nobody else.
 *
 * @throws Refusal `unavailable` when a receiver is still to be told: whoever delivers tries again
 */
export async function deliverMessage(
  { notifier, notificationLog: log }: Pick<Deps, 'notifier' | 'notificationLog'>,
  message: Message,
  receivers: readonly Receiver[],
): Promise<DeliveryOutcome> {
  const outcomes = await Promise.allSettled(
    receivers.map(async (receiver) => {
      const key = receiverKey(receiver);
      const state = await log.begin(message.id, key);
      if (state === 'busy') throw new Refusal('unavailable', 'Somebody else is about to send it.', { transient: true });
      if (state === 'sent') return { kind: 'known' } as const;
      try {
        const delivery = await notifier.send(message, receiver);
        await log.end(message.id, key);
        return delivery;
      } catch (error) {
        await log.release(message.id, key);
        throw error;
      }
    }),
  );
  const failed = outcomes.filter((outcome) => outcome.status === 'rejected');
  if (failed.length > 0) {
    const message = `${failed.length} of ${receivers.length} receivers could not be told yet.`;
    throw new Refusal('unavailable', message, { transient: true, cause: failed[0]?.reason });
  }
  const settled = outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []));
  return {
    sent: settled.filter(({ kind }) => kind === 'sent').length,
    known: settled.filter(({ kind }) => kind === 'known').length,
    refused: settled.flatMap((each) => (each.kind === 'refused' ? [each.reason] : [])),
  };
}
