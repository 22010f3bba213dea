import type { OutboxEvent } from '#domain/event/chain.ts';

/** Events that are committed and not yet known to be published. Published or not, they stay: see `AuditLog`. */
export interface Outbox {
  /** Rows older than `olderThanMs`, at most `limit`, from every shard. */
  unpublished(olderThanMs: number, limit: number): Promise<readonly OutboxEvent[]>;
  /** Takes events that the bus has taken off the list of what is still to be published. Again is the same as once. */
  markPublished(events: readonly OutboxEvent[]): Promise<void>;
}
