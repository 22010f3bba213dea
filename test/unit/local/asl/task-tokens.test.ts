import { describe, expect, it } from 'vitest';
import { TaskError, type Integration } from '#local/asl/integration.ts';
import { openStore } from '#local/store.ts';
import { ASK, engineUnderTest, outputOf } from './engine-under-test.ts';

const never = (): Promise<never> => new Promise(() => undefined);

/** Somebody is asked, with the token in what they are told, and answers some day. */
function asking(asked: string[] = []): Integration {
  return {
    lost: { error: 'lost', cause: 'restarted' },
    start(args, { token, submitted }) {
      asked.push((args as { token: string }).token);
      expect(args).toEqual({ token });
      submitted(token, { told: true });
      return never();
    },
    resume: never,
  };
}

const ask = (more: object = {}) => ({
  StartAt: 'Ask',
  States: {
    Ask: { Type: 'Task', Resource: ASK, Arguments: { token: '{% $states.context.Task.Token %}' }, End: true, ...more },
    Late: { Type: 'Pass', Output: { late: '{% $states.input.Error %}' }, End: true },
  },
});

async function waiting(more: object = {}, input: unknown = {}) {
  const asked: string[] = [];
  const bench = engineUnderTest({ integrations: { [ASK]: asking(asked) } });
  const arn = bench.start(ask(more), input);
  await bench.engine.idle();
  const token = (): string => asked.at(-1) ?? '';
  return { ...bench, arn, asked, token };
}

describe('a task that waits for its token', () => {
  it('succeeds with what the holder says, and is answered once', async () => {
    const { engine, token, arn, finish, story } = await waiting();
    expect(engine.answer(token(), { kind: 'success', output: { yes: 1 } })).toBe('taken');
    expect(engine.answer(token(), { kind: 'success', output: 2 })).toBe('late');
    expect(engine.answer(token(), { kind: 'heartbeat' })).toBe('late');
    expect(outputOf(await finish(arn))).toEqual({ yes: 1 });
    expect(engine.answer(token(), { kind: 'failure' })).toBe('late');
    expect(story(arn)).toEqual([
      'ExecutionStarted',
      'StateEntered Ask',
      'TaskScheduled',
      'TaskStarted',
      'TaskSubmitted',
      'TaskSucceeded',
      'StateExited Ask',
      'ExecutionSucceeded',
    ]);
  });

  it('fails with the error and the cause that the holder names, or without either', async () => {
    const named = await waiting();
    named.engine.answer(named.token(), { kind: 'failure', error: 'no', cause: 'because' });
    expect(await named.finish(named.arn)).toMatchObject({ status: 'FAILED', error: 'no', cause: 'because' });
    const bare = await waiting({ Catch: [{ ErrorEquals: ['States.TaskFailed'], Next: 'Late' }] });
    bare.engine.answer(bare.token(), { kind: 'failure' });
    expect((await bare.finish(bare.arn)).status).toBe('SUCCEEDED');
  });

  it('has a token of its own for each attempt', async () => {
    const { engine, asked, arn, finish, clock } = await waiting({
      Retry: [{ ErrorEquals: ['again'], IntervalSeconds: 5, MaxAttempts: 1 }],
    });
    engine.answer(asked[0] ?? '', { kind: 'failure', error: 'again' });
    await clock.advance(5000);
    await engine.idle();
    expect(new Set(asked).size).toBe(2);
    expect(engine.answer(asked[0] ?? '', { kind: 'success', output: 'old' })).toBe('late');
    expect(engine.answer(asked[1] ?? '', { kind: 'success', output: 'new' })).toBe('taken');
    expect(outputOf(await finish(arn))).toBe('new');
  });

  it('shows its token to Output and to a Catcher too', async () => {
    const { engine, token, arn, finish } = await waiting({
      Output: '{% $states.context.Task.Token & $states.result %}',
    });
    engine.answer(token(), { kind: 'success', output: '!' });
    expect(outputOf(await finish(arn))).toBe(`${token()}!`);
  });

  it('has an answer that came before the call returned, and the return is nothing then', async () => {
    const asked = Promise.withResolvers<string>();
    const returned = Promise.withResolvers<never>();
    const slow: Integration = {
      start(_, { token }) {
        asked.resolve(token);
        return returned.promise;
      },
    };
    const { start, engine, finish } = engineUnderTest({ integrations: { [ASK]: slow } });
    const arn = start(ask());
    expect(engine.answer(await asked.promise, { kind: 'success', output: 'quick' })).toBe('taken');
    returned.reject(new TaskError('too late', 'it was answered'));
    expect(outputOf(await finish(arn))).toBe('quick');
  });

  it('fails when what it asks fails', async () => {
    const broken: Integration = { start: () => Promise.reject(new TaskError('broken', 'at once')) };
    const { run } = engineUnderTest({ integrations: { [ASK]: broken } });
    expect(await run(ask())).toMatchObject({ status: 'FAILED', error: 'broken', cause: 'at once' });
  });

  it('knows a token that is none, and one of an execution that is not there', async () => {
    const { engine, token } = await waiting();
    expect(engine.answer('', { kind: 'heartbeat' })).toBe('no token');
    expect(engine.answer('rubbish', { kind: 'heartbeat' })).toBe('no token');
    expect(engine.answer(token().slice(0, -4), { kind: 'heartbeat' })).toBe('no token');
    const elsewhere = engineUnderTest();
    expect(elsewhere.engine.answer(token(), { kind: 'heartbeat' })).toBe('lost');
  });

  it('takes no answer after the execution was stopped', async () => {
    const { engine, token, arn } = await waiting();
    engine.stop(arn, {});
    expect(engine.answer(token(), { kind: 'success', output: 1 })).toBe('late');
    expect(engine.journal.find(arn)?.status).toBe('ABORTED');
  });

  it('has no token in the context of any other task', async () => {
    const { run } = engineUnderTest();
    const pass = { P: { Type: 'Pass', Output: '{% $exists($states.context.Task) %}', End: true } };
    expect(outputOf(await run({ StartAt: 'P', States: pass }))).toBe(false);
  });
});

describe('TimeoutSeconds of a task that waits for its token', () => {
  it('ends it, and an answer in that very moment is too late', async () => {
    const { engine, token, arn, clock, finish } = await waiting({ TimeoutSeconds: '{% 10 * 6 %}' });
    await clock.advance(59_999);
    const answers: string[] = [];
    clock.after(1, () => answers.push(engine.answer(token(), { kind: 'success', output: 1 })));
    await clock.advance(1);
    expect(answers).toEqual(['late']);
    expect(await finish(arn)).toMatchObject({ status: 'FAILED', error: 'States.Timeout' });
  });

  it('of the whole machine does so too', async () => {
    const asked: string[] = [];
    const { start, engine, clock } = engineUnderTest({ integrations: { [ASK]: asking(asked) } });
    const arn = start({ ...ask(), TimeoutSeconds: 30 });
    await engine.idle();
    await clock.advance(30_000);
    await engine.idle();
    expect(engine.journal.find(arn)?.status).toBe('TIMED_OUT');
    expect(engine.answer(asked[0] ?? '', { kind: 'success', output: 1 })).toBe('late');
  });
});

describe('HeartbeatSeconds', () => {
  it('ends a task of which nothing was heard for so long, and each heartbeat begins anew', async () => {
    const { engine, token, arn, clock, times } = await waiting({ HeartbeatSeconds: 20, TimeoutSeconds: 1000 });
    for (let beat = 1; beat <= 3; beat++) {
      await clock.advance(15_000);
      expect(engine.answer(token(), { kind: 'heartbeat' })).toBe('taken');
    }
    await clock.advance(60_000);
    await engine.idle();
    expect(times(arn, 'TaskTimedOut')).toEqual([65]);
    expect(engine.journal.find(arn)).toMatchObject({ status: 'FAILED', error: 'States.Timeout' });
  });

  it('does not outlast TimeoutSeconds, however often it beats', async () => {
    const { engine, token, arn, clock, times } = await waiting({ HeartbeatSeconds: 20, TimeoutSeconds: 50 });
    for (let beat = 1; beat <= 4; beat++) {
      await clock.advance(15_000);
      engine.answer(token(), { kind: 'heartbeat' });
    }
    expect(times(arn, 'TaskTimedOut')).toEqual([50]);
  });

  it.each([
    [['States.HeartbeatTimeout'], 'SUCCEEDED'],
    [['States.Timeout'], 'SUCCEEDED'],
    [['States.ALL'], 'SUCCEEDED'],
    [['States.TaskFailed'], 'FAILED'],
  ])('can be an expression, and %j makes it %s', async (ErrorEquals, status) => {
    const Catch = [{ ErrorEquals, Next: 'Late' }];
    const more = { HeartbeatSeconds: '{% $states.input.beat %}', TimeoutSeconds: 90, Catch };
    const { arn, finish, times } = await waiting(more, { beat: 7 });
    expect((await finish(arn)).status).toBe(status);
    expect(times(arn, 'TaskTimedOut')).toEqual([7]);
  });

  it('is a name that a plain time-out does not answer to', async () => {
    const Catch = [{ ErrorEquals: ['States.HeartbeatTimeout'], Next: 'Late' }];
    const { arn, finish } = await waiting({ HeartbeatSeconds: '{% 90 %}', TimeoutSeconds: 20, Catch });
    expect(await finish(arn)).toMatchObject({ status: 'FAILED', error: 'States.Timeout' });
  });
});

describe('a host that ends while a task waits for its token', () => {
  it('takes the answer after the restart, to the token of before', async () => {
    const store = openStore(':memory:');
    const asked: string[] = [];
    const before = engineUnderTest({ store, integrations: { [ASK]: asking(asked) } });
    const arn = before.start(ask({ HeartbeatSeconds: 100 }));
    await before.engine.idle();
    await before.clock.advance(60_000);
    expect(before.engine.answer(asked[0] ?? '', { kind: 'heartbeat' })).toBe('taken');
    before.engine.close();

    const after = engineUnderTest({ store, clock: before.clock, integrations: { [ASK]: asking(asked) } });
    after.engine.resume();
    await after.clock.advance(90_000);
    expect(asked).toHaveLength(1);
    // Answered before the engine has looked at anything again.
    expect(after.engine.answer(asked[0] ?? '', { kind: 'success', output: 'back' })).toBe('taken');
    expect(outputOf(await after.finish(arn))).toBe('back');
  });

  it('keeps the heartbeat that was due, and takes an answer before it has gone on', async () => {
    const store = openStore(':memory:');
    const asked: string[] = [];
    const before = engineUnderTest({ store, integrations: { [ASK]: asking(asked) } });
    const late = before.start(ask({ HeartbeatSeconds: 100 }), {}, 'late');
    const answered = before.start(ask({ HeartbeatSeconds: 1000 }), {}, 'answered');
    await before.engine.idle();
    before.engine.close();
    const after = engineUnderTest({ store, clock: before.clock, integrations: { [ASK]: asking(asked) } });
    expect(after.engine.answer(asked[1] ?? '', { kind: 'success', output: 'early' })).toBe('taken');
    await after.clock.advance(500_000);
    after.engine.resume();
    expect(outputOf(await after.finish(answered))).toBe('early');
    expect(await after.finish(late)).toMatchObject({ error: 'States.Timeout' });
  });

  it('fails a call that was under way as lost, and its token is worth nothing', async () => {
    const store = openStore(':memory:');
    const asked = Promise.withResolvers<string>();
    const hangs: Integration = {
      ...asking(),
      start(_, { token }) {
        asked.resolve(token);
        return never();
      },
    };
    const before = engineUnderTest({ store, integrations: { [ASK]: hangs } });
    const arn = before.start(ask());
    const token = await asked.promise;
    before.engine.close();
    const after = engineUnderTest({ store, clock: before.clock, integrations: { [ASK]: asking() } });
    after.engine.resume();
    expect(await after.finish(arn)).toMatchObject({ status: 'FAILED', error: 'lost' });
    expect(after.engine.answer(token, { kind: 'success', output: 1 })).toBe('late');
  });
});
