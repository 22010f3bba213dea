import type { NotifiedType } from '#schemas/events/notified-events.ts';

/** Something that people are told, in plain words; how it looks is for whoever sends it. */
export interface Message {
  /** Equal for the same message, however often its event arrives. */
  readonly id: string;
  readonly kind: NotifiedType | 'digest';
  readonly service: string;
  readonly environment: string;
  /** One line: what happened to what. */
  readonly title: string;
  /** Facts, each a line of its own. */
  readonly lines: readonly string[];
  /** What the reader can do about it. */
  readonly nextAction?: string;
  readonly link?: string;
}

/** Where a message goes. */
export type Receiver =
  /** The address of the webhook is secret; this is where it lies. */
  { readonly kind: 'slack'; readonly webhook: string } | { readonly kind: 'email'; readonly address: string };

/** Tells receivers apart. */
export function receiverKey(receiver: Receiver): string {
  return receiver.kind === 'slack' ? `slack:${receiver.webhook}` : `email:${receiver.address.toLowerCase()}`;
}
