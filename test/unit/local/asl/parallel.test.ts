import { describe, expect, it } from 'vitest';
import { TaskError, type Integration } from '#local/asl/integration.ts';
import { engineUnderTest, outputOf, BUILD, WORK } from './engine-under-test.ts';

const pass = (name: string, more: object = {}) => ({
  StartAt: name,
  States: { [name]: { Type: 'Pass', End: true, ...more } },
});
const wait = (name: string, Seconds: number) => ({
  StartAt: name,
  States: { [name]: { Type: 'Wait', Seconds, End: true } },
});
const fail = (name: string, Error = 'broken') => ({ StartAt: name, States: { [name]: { Type: 'Fail', Error } } });

/** Work that is handed over at once and never ends by itself. */
function endless(stopped: string[]): Integration {
  return {
    start(_, { stateName, submitted }) {
      submitted(`build of ${stateName}`);
      return new Promise(() => undefined);
    },
    async stop(reference) {
      stopped.push(reference);
    },
  };
}

describe('Parallel', () => {
  it('gives the outputs of its branches in their order, whichever ends first', async () => {
    const { run, times } = engineUnderTest();
    const ended = await run(
      {
        StartAt: 'Both',
        States: {
          Both: {
            Type: 'Parallel',
            Arguments: { n: '{% $states.input.n + 1 %}' },
            Branches: [wait('Slow', 20), pass('Quick', { Output: '{% $states.input.n %}' })],
            Output: { results: '{% $states.result %}' },
            End: true,
          },
        },
      },
      { n: 1 },
    );
    expect(outputOf(ended)).toEqual({ results: [{ n: 2 }, 2] });
    expect(times(ended.arn, 'ParallelSucceeded')).toEqual([20]);
  });

  it('lets branches read the variables around them, and keeps theirs inside', async () => {
    const { run } = engineUnderTest();
    const branch = (name: string, n: number) => ({
      StartAt: `Set${name}`,
      States: {
        [`Set${name}`]: { Type: 'Pass', Assign: { mine: '{% $outer + ' + n + ' %}' }, Next: `Read${name}` },
        [`Read${name}`]: { Type: 'Pass', Output: '{% [$outer, $mine] %}', End: true },
      },
    });
    const ended = await run({
      StartAt: 'Set',
      States: {
        Set: { Type: 'Pass', Assign: { outer: 10 }, Next: 'Both' },
        Both: { Type: 'Parallel', Branches: [branch('A', 1), branch('B', 2)], Next: 'Look' },
        Look: {
          Type: 'Pass',
          Output: { branches: '{% $states.input %}', leaked: '{% $exists($mine) %}' },
          End: true,
        },
      },
    });
    expect(outputOf(ended)).toEqual({
      branches: [
        [10, 11],
        [10, 12],
      ],
      leaked: false,
    });
  });

  it('ends the other branches, and stops their work, when one fails', async () => {
    const stopped: string[] = [];
    const { run, story, times } = engineUnderTest({ integrations: { [BUILD]: endless(stopped) } });
    const ended = await run({
      StartAt: 'All',
      States: {
        All: {
          Type: 'Parallel',
          Branches: [
            { StartAt: 'Build', States: { Build: { Type: 'Task', Resource: BUILD, Arguments: {}, End: true } } },
            {
              StartAt: 'Pause',
              States: { Pause: { Type: 'Wait', Seconds: 5, Next: 'Break' }, Break: fail('Break').States['Break'] },
            },
            wait('Long', 100),
          ],
          Catch: [{ ErrorEquals: ['broken'], Next: 'Caught' }],
          End: true,
        },
        Caught: { Type: 'Succeed' },
      },
    });
    expect(ended.status).toBe('SUCCEEDED');
    expect(stopped).toEqual(['build of Build']);
    expect(times(ended.arn, 'ParallelFailed')).toEqual([5]);
    expect(story(ended.arn).slice(-8)).toEqual([
      'StateEntered Break',
      'StateAborted',
      'StateAborted',
      'ParallelFailed',
      'StateExited All',
      'StateEntered Caught',
      'StateExited Caught',
      'ExecutionSucceeded',
    ]);
  });

  it('runs all its branches again when it is retried, and reports the failure only at the end', async () => {
    const { run, story, times } = engineUnderTest();
    const ended = await run({
      StartAt: 'Both',
      States: {
        Both: {
          Type: 'Parallel',
          Branches: [fail('Break'), wait('Long', 60)],
          Retry: [{ ErrorEquals: ['broken'], MaxAttempts: 1, IntervalSeconds: 7 }],
          End: true,
        },
      },
    });
    expect(ended).toMatchObject({ status: 'FAILED', error: 'broken' });
    expect(times(ended.arn, 'ParallelStarted')).toEqual([0, 7]);
    expect(story(ended.arn).filter((event) => event === 'ParallelFailed')).toHaveLength(1);
  });

  it('nests: a failure inside ends what runs in the branches outside', async () => {
    const stopped: string[] = [];
    const { run } = engineUnderTest({ integrations: { [BUILD]: endless(stopped) } });
    const build = (name: string) => ({
      StartAt: name,
      States: { [name]: { Type: 'Task', Resource: BUILD, Arguments: {}, End: true } },
    });
    const ended = await run({
      StartAt: 'Outer',
      States: {
        Outer: {
          Type: 'Parallel',
          Branches: [
            {
              StartAt: 'Inner',
              States: { Inner: { Type: 'Parallel', Branches: [build('A'), build('B')], End: true } },
            },
            {
              StartAt: 'Pause',
              States: {
                Pause: { Type: 'Wait', Seconds: 1, Next: 'Break' },
                Break: fail('Break', 'deep').States['Break'],
              },
            },
          ],
          End: true,
        },
      },
    });
    expect(ended).toMatchObject({ status: 'FAILED', error: 'deep' });
    expect(stopped.toSorted()).toEqual(['build of A', 'build of B']);
  });

  it('drops the answer of a task whose branch is gone', async () => {
    let answer = (): void => undefined;
    const slow: Integration = { start: () => new Promise<void>((resolve) => (answer = resolve)) };
    const broken: Integration = { start: () => Promise.reject(new TaskError('broken', 'at once')) };
    const { start, engine, story } = engineUnderTest({ integrations: { [WORK]: slow, [BUILD]: broken } });
    const task = (name: string, Resource: string) => ({
      StartAt: name,
      States: { [name]: { Type: 'Task', Resource, Arguments: {}, End: true } },
    });
    const arn = start({
      StartAt: 'Both',
      States: { Both: { Type: 'Parallel', Branches: [task('Slow', WORK), task('Bad', BUILD)], End: true } },
    });
    while (engine.journal.find(arn)?.status === 'RUNNING') await new Promise((resolve) => setImmediate(resolve));
    const before = story(arn);
    answer();
    await engine.idle();
    expect(story(arn)).toEqual(before);
    expect(before.at(-1)).toBe('ExecutionFailed');
  });
});
