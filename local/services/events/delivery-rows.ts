import type { DatabaseSync } from 'node:sqlite';

/** One event on its way to one target. */
export interface Delivery {
  readonly id: number;
  readonly targetArn: string;
  readonly event: unknown;
  /** Failed attempts that are to be repeated. */
  readonly retries: number;
  readonly maxRetries: number;
  readonly acceptedMs: number;
  readonly maxAgeMs: number;
}

/** An event that its target did not take, with the facts that EventBridge writes on a message of a dead-letter queue. */
export interface DeadLetter {
  readonly eventId: string;
  readonly ruleArn: string;
  readonly targetArn: string;
  /** The queue of the target's DeadLetterConfig; without one, AWS would have dropped the event. */
  readonly deadLetterArn: string | undefined;
  readonly event: unknown;
  readonly retries: number;
  readonly reason: 'MaximumRetryAttempts' | 'MaximumEventAgeInSeconds';
  readonly error: string;
}

export interface DeliveryRows {
  find(id: number): Delivery | undefined;
  /** Those that are neither taken nor dead. */
  waiting(): readonly { readonly id: number; readonly nextMs: number }[];
  taken(id: number): void;
  retry(id: number, nextMs: number, error: string): void;
  bury(id: number, reason: DeadLetter['reason'], error: string): void;
  deadLetters(): readonly DeadLetter[];
}

export function openDeliveryRows(store: DatabaseSync): DeliveryRows {
  const find = store.prepare('SELECT * FROM events_deliveries WHERE id = ?');
  const remove = store.prepare('DELETE FROM events_deliveries WHERE id = ?');
  return {
    find(id) {
      const row = find.get(id);
      return (
        row && {
          id,
          targetArn: String(row['target_arn']),
          event: JSON.parse(String(row['payload'])) as unknown,
          retries: Number(row['retries']),
          maxRetries: Number(row['max_retries']),
          acceptedMs: Number(row['accepted_ms']),
          maxAgeMs: Number(row['max_age_ms']),
        }
      );
    },
    waiting: () =>
      store
        .prepare('SELECT id, next_ms FROM events_deliveries WHERE dead_reason IS NULL ORDER BY id')
        .all()
        .map((row) => ({ id: Number(row['id']), nextMs: Number(row['next_ms']) })),
    taken(id) {
      remove.run(id);
    },
    retry(id, nextMs, error) {
      store
        .prepare('UPDATE events_deliveries SET retries = retries + 1, next_ms = ?, error = ? WHERE id = ?')
        .run(nextMs, error, id);
    },
    bury(id, reason, error) {
      store.prepare('UPDATE events_deliveries SET dead_reason = ?, error = ? WHERE id = ?').run(reason, error, id);
    },
    deadLetters: () =>
      store
        .prepare('SELECT * FROM events_deliveries WHERE dead_reason IS NOT NULL ORDER BY id')
        .all()
        .map((row) => ({
          eventId: String(row['event_id']),
          ruleArn: String(row['rule_arn']),
          targetArn: String(row['target_arn']),
          deadLetterArn: typeof row['dead_letter_arn'] === 'string' ? row['dead_letter_arn'] : undefined,
          event: JSON.parse(String(row['payload'])) as unknown,
          retries: Number(row['retries']),
          reason: row['dead_reason'] as DeadLetter['reason'],
          error: String(row['error']),
        })),
  };
}
