import type { OutboxEvent } from '#domain/event/chain.ts';
import type { Deps } from '#ports/deps.ts';

/** Records how long the oldest event has waited to be published; of none, that none waits. */
export function measureOutbox(
  { clock, metrics }: Pick<Deps, 'clock' | 'metrics'>,
  unpublished: readonly OutboxEvent[],
): void {
  const atMs = clock.now().getTime();
  const oldest = Math.min(atMs, ...unpublished.map(({ detail }) => Date.parse(detail.occurredAt)));
  metrics.record([{ metric: 'outboxAge', value: atMs - oldest, atMs, dimensions: {} }]);
}
