import { describe, expect, it } from 'vitest';
import { TaskError, type Integration } from '#local/asl/integration.ts';
import { openStore } from '#local/store.ts';
import { ASK, BUILD, engineUnderTest, outputOf, WORK } from './engine-under-test.ts';

const nap = (Seconds: number | string, more: object = {}) => ({
  StartAt: 'Nap',
  States: { Nap: { Type: 'Wait', Seconds, End: true, ...more } },
});
const map = (more: object) => ({
  StartAt: 'Each',
  States: {
    Each: { Type: 'Map', ItemProcessor: nap(1), End: true, ...more },
    Caught: { Type: 'Pass', Output: '{% $states.input %}', End: true },
  },
});

/** Work that takes as many seconds as the item says, and fails for the word "bad". */
function work(stopped: unknown[] = []) {
  const running = { now: 0, most: 0 };
  const bench = engineUnderTest({ integrations: { [WORK]: integration(() => bench.clock) } });
  function integration(clock: () => ReturnType<typeof engineUnderTest>['clock']): Integration {
    return {
      async start(args, { submitted }) {
        const { item } = args as { item: number | 'bad' };
        submitted(JSON.stringify(item), {});
        running.most = Math.max(running.most, ++running.now);
        await new Promise<void>((resolve) => clock().after(item === 'bad' ? 3000 : item * 1000, resolve));
        running.now -= 1;
        if (item === 'bad') throw new TaskError('bad item', 'it was bad');
        return item * 10;
      },
      stop: async (reference) => void stopped.push(JSON.parse(reference)),
    };
  }
  return { ...bench, running };
}
const worker = {
  StartAt: 'Work',
  States: { Work: { Type: 'Task', Resource: WORK, Arguments: { item: '{% $states.input %}' }, End: true } },
};

describe('a Map', () => {
  it('does the same with each item of its input, all at a time, and keeps their order', async () => {
    const { run, running } = work();
    const ended = await run(map({ ItemProcessor: worker }), [5, 1, 3]);
    expect(outputOf(ended)).toEqual([50, 10, 30]);
    expect((ended.stoppedAt ?? 0) - ended.startedAt).toBe(5000);
    expect(running.most).toBe(3);
  });

  it.each([
    [1, 9000, 1],
    ['{% $states.input[1] %}', 9000, 1],
    [2, 5000, 2],
    [0, 5000, 3],
  ])('with MaxConcurrency %j takes %i ms and runs %i at a time', async (MaxConcurrency, milliseconds, most) => {
    const { run, running } = work();
    const ended = await run(map({ ItemProcessor: worker, MaxConcurrency }), [5, 1, 3]);
    expect(outputOf(ended)).toEqual([50, 10, 30]);
    expect((ended.stoppedAt ?? 0) - ended.startedAt).toBe(milliseconds);
    expect(running.most).toBe(most);
  });

  it('runs at most 40 at a time, as the service does', async () => {
    const { run, running } = work();
    const ended = await run(
      map({ ItemProcessor: worker }),
      Array.from({ length: 100 }, () => 1),
    );
    expect(outputOf(ended)).toHaveLength(100);
    expect(running.most).toBe(40);
  });

  it('takes its items from an expression or a list, makes the inputs of the iterations, and knows the item within', async () => {
    const { run } = engineUnderTest();
    const within = {
      StartAt: 'See',
      States: { See: { Type: 'Pass', Output: ['{% $states.input %}', '{% $states.context.Map.Item %}'], End: true } },
    };
    const ItemSelector = {
      item: '{% $states.context.Map.Item.Value %}',
      place: '{% $states.context.Map.Item.Index %}',
      all: '{% $count($states.input.list) %}',
    };
    const ended = await run(map({ Items: '{% $states.input.list %}', ItemSelector, ItemProcessor: within }), {
      list: ['a', 'b'],
    });
    expect(outputOf(ended)).toEqual([
      [
        { item: 'a', place: 0, all: 2 },
        { Index: 0, Value: 'a' },
      ],
      [
        { item: 'b', place: 1, all: 2 },
        { Index: 1, Value: 'b' },
      ],
    ]);
    const literal = await engineUnderTest().run(map({ Items: ['x', '{% 1 + 1 %}'], ItemProcessor: nap(1) }));
    expect(outputOf(literal)).toEqual(['x', 2]);
  });

  it('of nothing is over at once, with nothing', async () => {
    const { run, story } = engineUnderTest();
    const ended = await run(map({ Items: [] }));
    expect(outputOf(ended)).toEqual([]);
    expect(story(ended.arn).slice(1)).toEqual([
      'StateEntered Each',
      'MapStarted',
      'MapSucceeded',
      'StateExited Each',
      'ExecutionSucceeded',
    ]);
  });

  it('within a Map knows the inner item, and a Parallel within it the one around', async () => {
    const inner = {
      Type: 'Map',
      ItemProcessor: {
        StartAt: 'Fork',
        States: {
          Fork: {
            Type: 'Parallel',
            Branches: [
              {
                StartAt: 'See',
                States: { See: { Type: 'Pass', Output: '{% $states.context.Map.Item.Value %}', End: true } },
              },
            ],
            End: true,
          },
        },
      },
      End: true,
    };
    const ended = await engineUnderTest().run(map({ ItemProcessor: { StartAt: 'Inner', States: { Inner: inner } } }), [
      [1, 2],
      [3],
    ]);
    expect(outputOf(ended)).toEqual([[[1], [2]], [[3]]]);
  });

  it('reads the variables around it, and what an iteration assigns stays in it', async () => {
    const within = {
      StartAt: 'Set',
      States: {
        Set: { Type: 'Pass', Assign: { own: '{% $states.input * $factor %}' }, Next: 'Get' },
        Get: { Type: 'Pass', Output: '{% $own %}', End: true },
      },
    };
    const ended = await engineUnderTest().run(
      {
        StartAt: 'Begin',
        States: {
          Begin: { Type: 'Pass', Assign: { factor: 3 }, Next: 'Each' },
          Each: { Type: 'Map', ItemProcessor: within, Output: '{% [$states.result, $exists($own)] %}', End: true },
        },
      },
      [1, 2],
    );
    expect(outputOf(ended)).toEqual([3, 6, false]);
  });
});

describe('a Map of which an iteration fails', () => {
  it('fails with its error, and ends the others and their work', async () => {
    const stopped: unknown[] = [];
    const { run, story, engine } = work(stopped);
    const ended = await run(map({ ItemProcessor: worker }), [1, 'bad', 8, 9]);
    expect(ended).toMatchObject({ status: 'FAILED', error: 'bad item', cause: 'it was bad' });
    await engine.idle();
    expect(new Set(stopped)).toEqual(new Set([8, 9]));
    const [first] = story(ended.arn).flatMap((kind, index) => (kind === 'TaskFailed' ? [index] : []));
    expect(story(ended.arn).slice(first)).toEqual([
      'TaskFailed',
      'MapIterationFailed Each',
      'StateAborted',
      'MapIterationAborted Each',
      'StateAborted',
      'MapIterationAborted Each',
      'MapFailed',
      'ExecutionFailed',
    ]);
  });

  it('begins no more of them', async () => {
    const { run, story } = work();
    const ended = await run(map({ ItemProcessor: worker, MaxConcurrency: 1 }), [1, 'bad', 8, 9]);
    expect(story(ended.arn).filter((kind) => kind === 'MapIterationStarted Each')).toHaveLength(2);
  });

  it('can be tried again as a whole, and caught', async () => {
    const { run, times } = work();
    const ended = await run(
      map({
        ItemProcessor: worker,
        Retry: [{ ErrorEquals: ['bad item'], IntervalSeconds: 10, MaxAttempts: 2, BackoffRate: 1 }],
        Catch: [{ ErrorEquals: ['States.TaskFailed'], Next: 'Caught' }],
      }),
      ['bad', 60],
    );
    expect(outputOf(ended)).toEqual({ Error: 'bad item', Cause: 'it was bad' });
    expect(times(ended.arn, 'MapStarted')).toEqual([0, 13, 26]);
    expect(times(ended.arn, 'MapFailed')).toEqual([29]);
  });

  it('within an iteration of another ends that one, with its own Catcher first', async () => {
    const { run } = work();
    const inner = {
      StartAt: 'Inner',
      States: {
        Inner: {
          Type: 'Map',
          ItemProcessor: worker,
          Catch: [{ ErrorEquals: ['bad item'], Next: 'Sorry', Output: 'sorry' }],
          End: true,
        },
        Sorry: { Type: 'Pass', End: true },
      },
    };
    const ended = await run(map({ ItemProcessor: inner }), [[1], ['bad', 20], [2]]);
    expect(outputOf(ended)).toEqual([[10], 'sorry', [20]]);
  });

  it('tells a missing heartbeat of an iteration by both names', async () => {
    const silent: Integration = {
      start(_, { token, submitted }) {
        submitted(token);
        return new Promise(() => undefined);
      },
    };
    const asks = {
      StartAt: 'Ask',
      States: { Ask: { Type: 'Task', Resource: ASK, Arguments: {}, HeartbeatSeconds: 5, End: true } },
    };
    const Catch = [{ ErrorEquals: ['States.HeartbeatTimeout'], Next: 'Caught' }];
    const { run, times } = engineUnderTest({ integrations: { [ASK]: silent } });
    const ended = await run(map({ ItemProcessor: asks, Catch }), [1]);
    expect(outputOf(ended)).toEqual({ Error: 'States.Timeout' });
    expect(times(ended.arn, 'TaskTimedOut')).toEqual([5]);
  });
});

describe('a Map that is stopped or killed', () => {
  it('stops the work of all its iterations', async () => {
    const stopped: unknown[] = [];
    const { start, engine } = work(stopped);
    const arn = start(map({ ItemProcessor: worker }), [50, 60]);
    await engine.idle();
    engine.stop(arn, {});
    await engine.idle();
    expect(new Set(stopped)).toEqual(new Set([50, 60]));
  });

  it('goes on after a restart with the iterations that had begun, and then with the others', async () => {
    const store = openStore(':memory:');
    const begun: unknown[] = [];
    const builds = (clock: () => ReturnType<typeof engineUnderTest>['clock']): Integration => {
      const over = (reference: string) =>
        new Promise((resolve) => clock().after(20_000, () => resolve(`built ${reference}`)));
      return {
        start(args, { submitted }) {
          const { item } = args as { item: string };
          begun.push(item);
          submitted(item);
          return over(item);
        },
        resume: over,
      };
    };
    const building = {
      StartAt: 'Build',
      States: { Build: { Type: 'Task', Resource: BUILD, Arguments: { item: '{% $states.input %}' }, End: true } },
    };
    const before = engineUnderTest({ store, integrations: { [BUILD]: builds(() => before.clock) } });
    const arn = before.start(map({ ItemProcessor: building, MaxConcurrency: 2 }), ['a', 'b', 'c', 'd', 'e']);
    await before.engine.idle();
    await before.clock.advance(30_000);
    before.engine.close();
    expect(begun).toEqual(['a', 'b', 'c', 'd']);

    const after = engineUnderTest({
      store,
      clock: before.clock,
      integrations: { [BUILD]: builds(() => before.clock) },
    });
    after.engine.resume();
    expect(outputOf(await after.finish(arn))).toEqual(['built a', 'built b', 'built c', 'built d', 'built e']);
    expect(begun).toEqual(['a', 'b', 'c', 'd', 'e']);
  });
});

describe('the items of a Map', () => {
  it.each([
    [map({ Items: '{% 1 %}' }), "Items' returned an unexpected result type. Expected 'array', but was 'number'"],
    [map({ Items: '{% $nothing %}' }), "'Items' returned nothing"],
    [map({}), 'Map state input must be an array but was: {"n":1}'],
    [map({ Items: [1], ItemSelector: '{% $nothing %}' }), "'ItemSelector' returned nothing"],
    [map({ Items: [1], MaxConcurrency: '{% -1 %}' }), 'must be a whole number from 0'],
  ])('must be a list: %#', async (definition, said) => {
    const { run, story } = engineUnderTest();
    const ended = await run(definition, { n: 1 });
    expect(ended).toMatchObject({ status: 'FAILED', error: 'States.QueryEvaluationError' });
    expect(ended.cause).toContain(said);
    expect(story(ended.arn).slice(-3)).toEqual(['EvaluationFailed Each', 'MapFailed', 'ExecutionFailed']);
  });

  it('must fit into 256 KiB', async () => {
    const big = '{% $join([1..100000].$string()) %}';
    const ended = await engineUnderTest().run(map({ Items: [big] }));
    expect(ended.error).toBe('States.DataLimitExceeded');
  });
});
