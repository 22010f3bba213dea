import type { DatabaseSync } from 'node:sqlite';
import * as z from 'zod';
import type { HostClock } from '#local/clock.ts';
import { jsonService } from '#local/gateway/json-service.ts';
import { parseInput } from '#local/gateway/parse-input.ts';
import type { WireService } from '#local/gateway/wire.ts';
import { transaction } from '#local/store.ts';
import { openArchives } from './archives.ts';
import { busOperations } from './buses.ts';
import { createDispatcher, type Deliver } from './deliveries.ts';
import type { DeadLetter } from './delivery-rows.ts';
import { envelope, type EventEnvelope } from './event-envelope.ts';
import { compilePattern } from './event-pattern.ts';
import { invalid } from './names.ts';
import { isObject } from './pattern-fault.ts';
import { putEvents } from './put-events.ts';
import { createRouter, type DirectDelivery } from './route-event.ts';
import { openRulebook } from './rulebook.ts';
import { ruleOperations } from './rules.ts';
import { createSchedules } from './schedules.ts';
import { createTables } from './tables.ts';
import { targetOperations } from './targets.ts';

interface EventsOptions {
  readonly store: DatabaseSync;
  readonly clock: HostClock;
  /**
   * Takes what a target gets: the event, or what the target's input made of it. A rejection is a failed delivery,
   * which is tried again; it may be called again for the same event after a crash.
   */
  readonly deliver: Deliver;
}

/** EventBridge's classic bus on the wire, with what the host needs around it. */
export interface LocalEvents extends WireService {
  /** What an AWS service itself says, on the default bus; a client may not use the source `aws.…`. Persisted when it returns. */
  announce(content: Pick<EventEnvelope, 'source' | 'detail-type' | 'resources' | 'detail'>): void;
  /** Takes what another service hands to a target, and retries it as the bus does. Persisted when it returns. */
  send(delivery: DirectDelivery): void;
  /** At boot: takes up deliveries and schedules that an earlier process left. */
  resume(): void;
  /** Settles when nothing is being delivered and nothing could be without time passing. */
  idle(): Promise<void>;
  /** Events whose target did not take them within its retry policy, oldest first. */
  deadLetters(): readonly DeadLetter[];
  /** What the archives of a bus hold, oldest first. */
  archived(busName: string): readonly EventEnvelope[];
  /** Stops timers, begins no further delivery and waits for those under way. */
  close(): Promise<void>;
}

export function createEvents({ store, clock, deliver }: EventsOptions): LocalEvents {
  createTables(store);
  const rules = openRulebook(store);
  const archives = openArchives(store, clock);
  const router = createRouter(store, rules, archives);
  const dispatcher = createDispatcher(store, clock, deliver);
  const accepted = (deliveries: readonly number[]): void => dispatcher.enqueue(deliveries);
  const schedules = createSchedules({ store, clock, rules, router, accepted });
  const hasBus = (name: string): boolean =>
    store.prepare('SELECT 1 FROM events_buses WHERE name = ?').get(name) !== undefined;

  const service = jsonService({
    name: 'events',
    targetPrefix: 'AWSEvents',
    version: '1.1',
    operations: {
      ...busOperations(store, clock),
      ...ruleOperations({ store, clock, rules, schedules }),
      ...targetOperations(store, rules),
      ...archives.operations,
      PutEvents: (input) => putEvents({ store, clock, router, hasBus, accepted }, input),
      TestEventPattern: testEventPattern,
    },
  });

  return {
    ...service,
    announce(content) {
      const now = clock.now();
      accepted(transaction(store, () => router.byPattern('default', envelope(content, now), now)));
    },
    send: (delivery) => accepted([router.direct(delivery, clock.now())]),
    idle: () => dispatcher.idle(),
    deadLetters: () => dispatcher.deadLetters(),
    archived: (busName) => archives.archived(busName),
    resume() {
      dispatcher.resume();
      schedules.resume();
    },
    close() {
      schedules.close();
      return dispatcher.close();
    },
  };
}

const MANDATORY = ['id', 'account', 'source', 'time', 'region', 'resources', 'detail-type'];

function testEventPattern(input: unknown) {
  const { EventPattern, Event } = parseInput(z.strictObject({ EventPattern: z.string(), Event: z.string() }), input);
  const matches = compilePattern(EventPattern);
  let event: unknown;
  try {
    event = JSON.parse(Event);
  } catch {
    throw invalid('Parameter Event is not valid. Reason: it is not JSON.');
  }
  const missing = isObject(event) ? MANDATORY.filter((name) => !Object.hasOwn(event, name)) : MANDATORY;
  if (missing.length > 0) throw invalid(`Parameter Event is not valid. Reason: ${missing.join(', ')} missing.`);
  return { Result: matches(event) };
}
