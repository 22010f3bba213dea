import { gunzipSync } from 'node:zlib';
import type { DatabaseSync } from 'node:sqlite';
import type { HostClock } from '#local/clock.ts';
import { jsonService } from '#local/gateway/json-service.ts';
import { ServiceFault, type WireRequest, type WireService } from '#local/gateway/wire.ts';
import type { AlarmChange } from './alarm-change.ts';
import { alarmOperations } from './alarm-operations.ts';
import { openAlarmStore } from './alarm-store.ts';
import { embeddedMetrics } from './embedded-metrics.ts';
import { openMetricStore } from './metric-store.ts';
import { putMetricData } from './put-metric-data.ts';
import { readOperations } from './read-metrics.ts';
import { watchAlarms } from './watch-alarms.ts';

export interface CloudWatch extends WireService {
  /** Takes the metrics out of log messages in the embedded metric format; other messages hold none. */
  takeLogMessages(messages: readonly string[]): void;
  /** At boot: begins to watch the alarms that are there. */
  resume(): void;
  close(): void;
}

/** What a compressed body may become. */
const MOST_BYTES = 16 * 1024 * 1024;

/** The local CloudWatch; see `behaviour.md`. */
export function createCloudWatch(options: {
  readonly store: DatabaseSync;
  readonly clock: HostClock;
  /** Told of every change of an alarm's state, inside the transaction that stores it. */
  readonly changed: (change: AlarmChange) => void;
}): CloudWatch {
  const { store, clock } = options;
  const metrics = openMetricStore(store, clock);
  const alarms = openAlarmStore(store);
  const watch = watchAlarms({ ...options, alarms, metrics });
  const service = jsonService({
    name: 'monitoring',
    targetPrefix: 'GraniteServiceVersion20100801',
    version: '1.0',
    operations: {
      PutMetricData: putMetricData(metrics, clock),
      ...readOperations(metrics, clock),
      ...alarmOperations({ store, clock, alarms, watch }),
    },
  });

  return {
    ...service,
    handle: async (request) => service.handle({ ...request, body: bodyOf(request) }),
    takeLogMessages(messages) {
      for (const { metric, points } of messages.flatMap(embeddedMetrics)) metrics.add(metric, points);
    },
    resume: () => watch.arm(),
    close: () => watch.close(),
  };
}

/** The SDK compresses a PutMetricData of 10 KB and more. */
function bodyOf({ headers, body }: WireRequest): Uint8Array {
  if (headers['content-encoding'] !== 'gzip') return body;
  try {
    return gunzipSync(body, { maxOutputLength: MOST_BYTES });
  } catch {
    throw new ServiceFault('SerializationException', `The body is not gzip of at most ${MOST_BYTES} bytes.`);
  }
}
