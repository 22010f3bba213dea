import type { DatabaseSync } from 'node:sqlite';
import { assertSupported } from '#local/asl/assert-supported.ts';
import { createEngine, type Engine } from '#local/asl/engine.ts';
import type { ExecutionRecord } from '#local/asl/execution-record.ts';
import type { Integration } from '#local/asl/integration.ts';
import type { StatusChange } from '#local/asl/status-change.ts';
import { virtualClock, type VirtualClock } from '#local/clock.ts';
import { openStore } from '#local/store.ts';

export const WORK = 'arn:test:work';
export const BUILD = 'arn:test:build';
export const ASK = 'arn:test:ask.waitForTaskToken';

interface Parts {
  readonly integrations?: Readonly<Record<string, Integration>>;
  readonly store?: DatabaseSync;
  readonly clock?: VirtualClock;
  readonly onStatusChange?: (change: StatusChange) => Promise<void> | void;
}

/** An engine on a virtual clock and a fixed sequence of random numbers, with what a test asks of it. */
export function engineUnderTest(parts: Parts = {}) {
  const { integrations = {}, store = openStore(':memory:'), clock = virtualClock(), onStatusChange } = parts;
  let drawn = 0;
  const random = (): number => [0.5, 0.25, 0.75, 0.125][drawn++ % 4] ?? 0;
  const engine = createEngine({
    store,
    clock,
    random,
    integrations,
    ...(onStatusChange && { onStatusChange }),
  });

  function start(definition: object, input: unknown = {}, name = 'run'): string {
    const whole = { QueryLanguage: 'JSONata', ...definition };
    assertSupported(whole, [WORK, BUILD, ASK]);
    const machine = { arn: 'arn:machine', name: 'machine', roleArn: 'arn:role', updatedAt: 0 };
    const text = { definition: JSON.stringify(whole), input: JSON.stringify(input) };
    return engine.start({ arn: `arn:execution:${name}`, name, machine, ...text }).arn;
  }

  return {
    engine,
    clock,
    store,
    start,
    finish: (arn: string) => finish(engine, clock, arn),
    run: (definition: object, input: unknown = {}) => finish(engine, clock, start(definition, input)),
    /** Kinds of the visible events, states with their names. */
    story: (arn: string): readonly string[] =>
      events(engine, arn).map(({ entry }) => ('state' in entry ? `${entry.kind} ${entry.state}` : entry.kind)),
    /** Seconds from the start of the execution to each event of a kind. */
    times: (arn: string, kind: string): readonly number[] =>
      events(engine, arn)
        .filter(({ entry }) => entry.kind === kind)
        .map(({ at }) => (at - required(engine, arn).startedAt) / 1000),
  };
}

/** Moves time until an execution has ended. */
export async function finish(engine: Engine, clock: VirtualClock, arn: string): Promise<ExecutionRecord> {
  await clock.runUntil(async () => {
    await engine.idle();
    return required(engine, arn).status !== 'RUNNING';
  }, 1000);
  return required(engine, arn);
}

export function outputOf(record: ExecutionRecord): unknown {
  return record.output === undefined ? undefined : JSON.parse(record.output);
}

function events(engine: Engine, arn: string) {
  return engine.journal.events(required(engine, arn).key, { order: 'oldest first', limit: 1000 });
}

function required(engine: Engine, arn: string): ExecutionRecord {
  const record = engine.journal.find(arn);
  if (!record) throw new Error(`no execution ${arn}`);
  return record;
}
