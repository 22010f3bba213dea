import type { OutboxEvent } from '#domain/event/chain.ts';

export interface EventBus {
  /**
   * Publishes each event at least once.
   *
   * @returns the events that the bus did not take
   */
  publish(events: readonly OutboxEvent[]): Promise<readonly OutboxEvent[]>;
}
