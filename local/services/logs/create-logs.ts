import type { DatabaseSync } from 'node:sqlite';
import type { HostClock } from '#local/clock.ts';
import { jsonService } from '#local/gateway/json-service.ts';
import type { WireService } from '#local/gateway/wire.ts';
import { appendEvents, type LogWriter } from './append-events.ts';
import { deliverSubscriptions, type Deliver } from './deliver-subscriptions.ts';
import { expireEvents } from './expire-events.ts';
import { logGroupOperations } from './log-groups.ts';
import { logStreamOperations } from './log-streams.ts';
import { createLogTables } from './log-tables.ts';
import { readEventOperations } from './read-events.ts';
import { subscriptionFilterOperations } from './subscription-filters.ts';

export interface LogsService extends WireService, LogWriter {
  /** At boot, once the destinations answer: takes up deliveries and retention where a killed host left them. */
  resume(): void;
  /** Resolves when every event that a subscription wants has been delivered. */
  idle(): Promise<void>;
  /** Ends timers and retries; to be called before the store closes. */
  close(): void;
}

/** The local CloudWatch Logs; see `behaviour.md`. Without `deliver`, subscription filters are refused. */
export function createLogs(options: {
  readonly store: DatabaseSync;
  readonly clock: HostClock;
  readonly deliver?: Deliver;
  /** Sees every message that is stored, inside the transaction that stores it: metrics in log lines come from here. */
  readonly taken?: (messages: readonly string[]) => void;
}): LogsService {
  const { store, clock, deliver } = options;
  createLogTables(store);
  const expiry = expireEvents(store, clock);
  const delivery = deliver && deliverSubscriptions({ store, clock, deliver });
  const appending = appendEvents({
    store,
    clock,
    taken: options.taken,
    appended(stream) {
      expiry.appended();
      delivery?.look(stream.id);
    },
  });

  return {
    ...jsonService({
      name: 'logs',
      targetPrefix: 'Logs_20140328',
      version: '1.1',
      operations: {
        ...logGroupOperations({ store, clock, retentionChanged: () => expiry.retentionChanged() }),
        ...logStreamOperations(store, clock),
        ...appending.operations,
        ...readEventOperations(store, clock),
        ...subscriptionFilterOperations({ store, clock, canDeliver: delivery !== undefined }),
      },
    }),
    put: (group, stream, events) => appending.writer.put(group, stream, events),
    resume() {
      expiry.retentionChanged();
      delivery?.look();
    },
    async idle() {
      await delivery?.idle();
    },
    close() {
      expiry.close();
      delivery?.close();
    },
  };
}
