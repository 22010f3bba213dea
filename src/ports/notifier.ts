import type { Message, Receiver } from '#domain/notification/message.ts';

/** Brings messages to people. */
export interface Notifier {
  /**
   * Sends one message to one receiver.
   *
   * @returns `refused` with a reason when it would not be taken the next time either
   * @throws Refusal `unavailable` when the receiver cannot be reached, is at fault or asks for patience
   */
  send(message: Message, receiver: Receiver): Promise<Delivery>;
}

export type Delivery = { readonly kind: 'sent' } | { readonly kind: 'refused'; readonly reason: string };
