import type { OutboxEvent } from '#domain/event/chain.ts';

/** Events that are committed and not yet known to be published. */
export interface Outbox {
  /** Rows older than `olderThanMs`, at most `limit`, from every shard. */
  unpublished(olderThanMs: number, limit: number): Promise<readonly OutboxEvent[]>;
  /** Forgets events that the bus has taken. */
  remove(events: readonly OutboxEvent[]): Promise<void>;
}
