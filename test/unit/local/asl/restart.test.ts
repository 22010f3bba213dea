import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Engine } from '#local/asl/engine.ts';
import { TaskError, type Integration } from '#local/asl/integration.ts';
import type { StatusChange } from '#local/asl/status-change.ts';
import { virtualClock } from '#local/clock.ts';
import { openStore } from '#local/store.ts';
import { ASK, BUILD, engineUnderTest, finish, outputOf, WORK } from './engine-under-test.ts';

const task = (Resource: string, Arguments: unknown, more: object) => ({ Type: 'Task', Resource, Arguments, ...more });
const again = [{ ErrorEquals: ['States.ALL'], IntervalSeconds: 3, MaxAttempts: 5 }];

/** Every kind of state, a Retry, a Catch, variables, a nested Parallel, and a Map whose items are built and asked about. */
const EVERYTHING = {
  StartAt: 'Pass',
  TimeoutSeconds: 100_000,
  States: {
    Pass: { Type: 'Pass', Assign: { total: '{% $states.input.n %}' }, Next: 'Wait' },
    Wait: { Type: 'Wait', Seconds: 10, Next: 'Call' },
    Call: task(WORK, { n: '{% $total %}' }, { Retry: again, Assign: { total: '{% $states.result %}' }, Next: 'Fork' }),
    Fork: {
      Type: 'Parallel',
      Branches: [
        {
          StartAt: 'Build',
          States: {
            Build: task(BUILD, { id: 'left' }, { TimeoutSeconds: 500, Assign: { x: 1 }, Next: 'Built' }),
            Built: { Type: 'Succeed' },
          },
        },
        {
          StartAt: 'Nest',
          States: {
            Nest: {
              Type: 'Parallel',
              Branches: [{ StartAt: 'Nap', States: { Nap: { Type: 'Wait', Seconds: 25, End: true } } }],
              End: true,
            },
          },
        },
      ],
      Next: 'Risk',
    },
    Risk: {
      Type: 'Parallel',
      Branches: [
        {
          StartAt: 'Pause',
          States: {
            Pause: { Type: 'Wait', Seconds: 5, Next: 'Break' },
            Break: { Type: 'Fail', Error: 'broken', Cause: 'on purpose' },
          },
        },
        { StartAt: 'Build2', States: { Build2: task(BUILD, { id: 'never' }, { End: true }) } },
      ],
      Catch: [{ ErrorEquals: ['broken'], Next: 'Choose', Assign: { seen: '{% $states.errorOutput.Cause %}' } }],
      End: true,
    },
    Choose: {
      Type: 'Choice',
      Choices: [{ Condition: '{% $total = 42 %}', Next: 'Each' }],
      Default: 'Wrong',
    },
    Each: {
      Type: 'Map',
      Items: '{% [1..3] %}',
      ItemSelector: { item: '{% $states.context.Map.Item.Value %}' },
      MaxConcurrency: 2,
      ItemProcessor: {
        StartAt: 'BuildItem',
        States: {
          BuildItem: task(BUILD, { id: '{% $string($states.input.item) %}' }, { Next: 'AskAboutItem' }),
          AskAboutItem: task(
            ASK,
            { item: '{% $states.context.Map.Item.Value %}' },
            { HeartbeatSeconds: 400, TimeoutSeconds: 500, Retry: again, End: true },
          ),
        },
      },
      Assign: { answers: '{% $states.result %}' },
      Next: 'Done',
    },
    Wrong: { Type: 'Fail', Error: 'wrong' },
    Done: { Type: 'Succeed', Output: { total: '{% $total %}', seen: '{% $seen %}', answers: '{% $answers %}' } },
  },
};

/** A build service that outlives the engine: builds take 40 seconds from their start. */
function buildService(clock: ReturnType<typeof virtualClock>) {
  const startedAt = new Map<string, number>();
  const stopped = new Set<string>();
  const ended = (id: string) =>
    new Promise<object>((resolve, reject) => {
      const left = (startedAt.get(id) ?? 0) + 40_000 - clock.now();
      if (stopped.has(id)) reject(new TaskError('States.TaskFailed', 'stopped'));
      else clock.after(left, () => resolve({ built: id }));
    });
  const integration: Integration = {
    start(args, { idempotencyToken, submitted }) {
      const id = `${JSON.stringify(args)} ${idempotencyToken}`;
      if (!startedAt.has(id)) startedAt.set(id, clock.now());
      submitted(id);
      return ended(id);
    },
    resume: ended,
    stop: async (id) => void stopped.add(id),
  };
  return { integration, startedAt, stopped };
}

const call: Integration = {
  lost: { error: 'Lambda.Unknown', cause: 'restarted' },
  start: async (args) => (args as { n: number }).n * 2,
};

/** Somebody who answers every token 30 seconds after they have seen it, with what they were asked about. */
function answering(clock: ReturnType<typeof virtualClock>, engine: () => Engine): Integration {
  const answerLater = (token: string, item: unknown): Promise<never> => {
    clock.after(30_000, () => engine().answer(token, { kind: 'success', output: `yes to ${String(item)}` }));
    return new Promise(() => undefined);
  };
  return {
    lost: { error: 'Lambda.Unknown', cause: 'restarted' },
    start(args, { token, submitted }) {
      const { item } = args as { item: number };
      submitted(JSON.stringify([token, item]));
      return answerLater(token, item);
    },
    resume: (reference) => answerLater(...(JSON.parse(reference) as [string, number])),
  };
}

/** The store, with a look at it after each transaction: what a SIGKILL at that moment would leave. */
function watched(store: DatabaseSync, afterCommit: () => void): DatabaseSync {
  return new Proxy(store, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name, target);
      if (typeof value !== 'function') return value;
      return (...args: unknown[]): unknown => {
        const result: unknown = Reflect.apply(value, target, args);
        if (name === 'exec' && args[0] === 'COMMIT') afterCommit();
        return result;
      };
    },
  });
}

describe('an engine that is killed and started again', () => {
  let folder = '';
  beforeAll(() => (folder = mkdtempSync(join(tmpdir(), 'asl-restart-'))));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('ends with the same output wherever the history was cut', async () => {
    const clock = virtualClock();
    const cuts: { path: string; at: number; started: ReadonlyMap<string, number>; stopped: readonly string[] }[] = [];
    const real = openStore(':memory:');
    const builds = buildService(clock);
    const store = watched(real, () => {
      const path = join(folder, `cut-${cuts.length}.db`);
      real.exec(`VACUUM INTO '${path}'`);
      cuts.push({ path, at: clock.now(), started: new Map(builds.startedAt), stopped: [...builds.stopped] });
    });
    const ask = answering(clock, () => first.engine);
    const integrations = { [WORK]: call, [BUILD]: builds.integration, [ASK]: ask };
    const first = engineUnderTest({ store, clock, integrations });
    const whole = await first.run(EVERYTHING, { n: 21 });
    const answers = ['yes to 1', 'yes to 2', 'yes to 3'];
    expect(outputOf(whole)).toEqual({ total: 42, seen: 'on purpose', answers });
    expect([...builds.stopped]).toHaveLength(1);
    expect(cuts.length).toBeGreaterThan(75);

    let lost = 0;
    for (const [index, { path, at, stopped }] of cuts.entries()) {
      // The worst case: all that happened up to the next commit did happen, and nobody wrote it down.
      const started = cuts[index + 1]?.started ?? builds.startedAt;
      const later = virtualClock(at + 1000);
      const copy = openStore(path);
      const service = buildService(later);
      for (const [id, time] of started) service.startedAt.set(id, time);
      const changes: StatusChange[] = [];
      const { engine }: { engine: Engine } = engineUnderTest({
        store: copy,
        clock: later,
        integrations: { [WORK]: call, [BUILD]: service.integration, [ASK]: answering(later, () => engine) },
        onStatusChange: (change) => void changes.push(change),
      });
      engine.resume();
      const ended = await finish(engine, later, whole.arn);
      await engine.idle();
      expect(outputOf(ended), `cut at ${path}`).toEqual(outputOf(whole));
      expect(changes.at(-1)?.detail['status'] ?? 'told before').toMatch(/SUCCEEDED|told before/);
      lost += engine.journal.lines(ended.key).filter(({ entry }) => entry.kind === 'TaskFailed').length;
      // Builds: one for Fork, one for Risk, one for each item, however often the engine was started.
      expect(service.startedAt.size).toBe(5);
      expect(new Set([...stopped, ...service.stopped].map((id) => id.split(' ')[0]))).toEqual(
        new Set(['{"id":"never"}']),
      );
      copy.close();
    }
    // Cut between a call of a function and its return, the only loss that shows: a Retry made it good. Four are called.
    expect(lost).toBe(4);
    real.close();
  });

  it('keeps the due times that were set before', async () => {
    const store = openStore(':memory:');
    const definition = {
      StartAt: 'Nap',
      States: { Nap: { Type: 'Wait', Seconds: 100, End: true } },
    };
    const before = engineUnderTest({ store });
    const arn = before.start(definition);
    await before.engine.idle();
    before.engine.close();

    const clock = virtualClock(before.clock.now() + 60_000);
    const after = engineUnderTest({ store, clock });
    after.engine.resume();
    const ended = await after.finish(arn);
    expect((ended.stoppedAt ?? 0) - ended.startedAt).toBe(100_000);
  });

  it('fails a function call that was under way with Lambda.Unknown', async () => {
    const store = openStore(':memory:');
    const hangs: Integration = { ...call, start: () => new Promise(() => undefined) };
    const before = engineUnderTest({ store, integrations: { [WORK]: hangs } });
    const arn = before.start({ StartAt: 'Call', States: { Call: task(WORK, {}, { End: true }) } });
    while (before.story(arn).at(-1) !== 'TaskStarted') await new Promise((resolve) => setImmediate(resolve));
    before.engine.close();

    const after = engineUnderTest({ store, clock: before.clock, integrations: { [WORK]: call } });
    after.engine.resume();
    expect(await after.finish(arn)).toMatchObject({ status: 'FAILED', error: 'Lambda.Unknown', cause: 'restarted' });
  });

  it('delivers what was due when it ended: the status change and the stop of abandoned work', async () => {
    const store = openStore(':memory:');
    const stopped: string[] = [];
    const endless = (stop: (reference: string) => Promise<void>): Integration => ({
      start(_, { submitted }) {
        submitted('b');
        return new Promise(() => undefined);
      },
      stop,
    });
    const never = (): Promise<never> => new Promise(() => undefined);
    const before = engineUnderTest({ store, integrations: { [BUILD]: endless(never) }, onStatusChange: never });
    const arn = before.start({ StartAt: 'Build', States: { Build: task(BUILD, {}, { End: true }) } });
    while (before.story(arn).at(-1) !== 'TaskSubmitted') await new Promise((resolve) => setImmediate(resolve));
    before.engine.stop(arn, {});
    before.engine.close();

    const told: unknown[] = [];
    const after = engineUnderTest({
      store,
      integrations: { [BUILD]: endless(async (reference) => void stopped.push(reference)) },
      onStatusChange: ({ detail }) => void told.push(detail['status']),
    });
    after.engine.resume();
    await after.engine.idle();
    expect(told).toEqual(['RUNNING', 'ABORTED']);
    expect(stopped).toEqual(['b']);
  });

  it('writes nothing more once it is closed', async () => {
    let answer = (): void => undefined;
    const slow: Integration = { start: () => new Promise<void>((resolve) => (answer = resolve)) };
    const { engine, start, story } = engineUnderTest({ integrations: { [WORK]: slow } });
    const arn = start({ StartAt: 'Call', States: { Call: task(WORK, {}, { End: true }) } });
    while (story(arn).at(-1) !== 'TaskStarted') await new Promise((resolve) => setImmediate(resolve));
    engine.close();
    answer();
    await engine.idle();
    expect(story(arn).at(-1)).toBe('TaskStarted');
  });
});
