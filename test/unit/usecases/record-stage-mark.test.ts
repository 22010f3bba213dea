import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { decide } from '#domain/deployment/decision.ts';
import type { StageMark } from '#schemas/workflows/stage-mark.ts';
import { givenDeployments, rowsAbout } from '#test/contract/adapters/given-deployments.ts';
import { openTestAccount, type TestAccount } from '#test/support/account.ts';
import { recordStageMark } from '#usecases/record-stage-mark.ts';

let account: TestAccount;
beforeAll(async () => {
  account = await openTestAccount();
});
afterAll(() => account.close());

/** A running deployment and the marks of its build. */
async function aBuild() {
  const { seal } = account.deps;
  const given = givenDeployments(account);
  const { id } = await given.admitted();
  const token = await seal.seal('stage-mark', `${id}/1`);
  return {
    id,
    given,
    mark: (changes: Partial<StageMark>) =>
      recordStageMark(account.deps, {
        deploymentId: id,
        token,
        buildId: 'builds:1',
        run: 1,
        stage: 'test',
        status: 'started',
        at: '2026-01-01T12:00:00.000Z',
        ...changes,
      }),
    steps: async () => {
      const record = await account.deps.deployments.load(id);
      return record?.steps.map(({ name, attempt, status, buildId }) => `${name} ${attempt} ${status} ${buildId}`);
    },
  };
}

describe('a stage mark', () => {
  test.each(['succeeded', 'failed', 'timed_out'] as const)(
    'says once that a stage began and that it %s, however often it comes',
    async (status) => {
      const { mark, steps } = await aBuild();
      const ended = status === 'succeeded' ? 'succeeded' : 'failed';
      await mark({});
      await mark({});
      expect(await steps()).toEqual(['test 1 running builds:1']);
      await mark({ status, exitCode: 1 });
      await mark({ status, exitCode: 1 });
      expect(await steps()).toEqual([`test 1 ${ended} builds:1`]);
      await mark({});
      expect(await steps(), 'a late beginning opens no other attempt').toEqual([`test 1 ${ended} builds:1`]);
    },
  );

  test('that comes many times at once is recorded once', async () => {
    const { mark, steps } = await aBuild();
    await Promise.all([
      mark({}),
      mark({}),
      mark({ status: 'failed', exitCode: 2 }),
      mark({ status: 'failed', exitCode: 2 }),
    ]);
    await mark({ status: 'failed', exitCode: 2 });
    expect(await steps()).toEqual(['test 1 failed builds:1']);
  });

  test('of the end alone stands for the beginning that was lost', async () => {
    const { mark, steps } = await aBuild();
    await mark({ status: 'succeeded' });
    expect(await steps()).toEqual(['test 1 succeeded builds:1']);
  });

  test('of another build begins the stage anew, and what the former build still says changes nothing', async () => {
    const { mark, steps } = await aBuild();
    await mark({});
    await mark({ buildId: 'builds:2' });
    expect(await steps()).toEqual(['test 1 interrupted builds:1', 'test 2 running builds:2']);
    await mark({ status: 'failed', exitCode: 1 });
    expect(await steps()).toEqual(['test 1 interrupted builds:1', 'test 2 running builds:2']);
    await mark({ buildId: 'builds:2', status: 'succeeded' });
    expect(await steps()).toEqual(['test 1 interrupted builds:1', 'test 2 succeeded builds:2']);
  });

  test('keeps the reports and the reason of a failure with the step', async () => {
    const { mark, id } = await aBuild();
    const report = { type: 'junit', tests: 3, failures: 1, errors: 0, skipped: 0, durationMs: 5 };
    const failed = [{ name: 'adds up', message: 'no' }];
    const reports = [{ ...report, failed }] as unknown as NonNullable<StageMark['reports']>;
    await mark({ status: 'failed', exitCode: 1, reports, logTail: ['last words'] });
    const record = await account.deps.deployments.load(id);
    expect(record?.steps).toMatchObject([
      { reports, failure: { code: 'step_failed', step: 'test', failedTests: ['adds up'], logTail: ['last words'] } },
    ]);
  });

  test.each([
    { what: 'no token', token: 'x' },
    { what: 'the token of another run', run: 2 },
    { what: 'the token of another deployment', other: true },
    { what: 'a seal made for something else', purpose: 'cursor' },
  ])('with $what is refused and writes nothing', async ({ token, run = 1, other, purpose }) => {
    const { mark, id, given } = await aBuild();
    const subject = other ? `${account.deps.ids.deploymentId()}/1` : `${id}/${run}`;
    const sealed = await account.deps.seal.seal(purpose ?? 'stage-mark', subject);
    const before = await rowsAbout(account, id, given.service);
    await expect(mark({ token: token ?? sealed })).rejects.toMatchObject({ code: 'permission_denied' });
    expect(await rowsAbout(account, id, given.service)).toEqual(before);
  });

  test('for a deployment that is over is refused', async () => {
    const { mark, id, given, steps } = await aBuild();
    const deployment = await account.deps.deployments.find(id);
    if (!deployment) throw new Error(`There is no ${id}.`);
    await given.commit(decide(deployment, { status: 'failed' }, given.moment()));
    await expect(mark({ status: 'succeeded' })).rejects.toMatchObject({ code: 'conflict' });
    expect(await steps()).toEqual([]);
  });
});
