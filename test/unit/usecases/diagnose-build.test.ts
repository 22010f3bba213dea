import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { givenDeployments } from '#test/contract/adapters/given-deployments.ts';
import { openTestAccount, type TestAccount } from '#test/support/account.ts';
import { diagnoseBuild } from '#usecases/diagnose-build.ts';

let account: TestAccount;
beforeAll(async () => {
  account = await openTestAccount();
});
afterAll(() => account.close());

/** What Step Functions catches of a build that ended in this phase. */
async function diagnosed(error: string, ...phases: readonly string[]) {
  const { id } = await givenDeployments(account).admitted();
  const Phases = [...phases, 'COMPLETED'].map((PhaseType) => ({ PhaseType, StartTime: 1 }));
  const cause = error === 'States.Timeout' ? '' : JSON.stringify({ Build: { BuildStatus: 'TIMED_OUT', Phases } });
  return diagnoseBuild(account.deps, { deploymentId: id, run: 1, error, cause, lost: 1 });
}

describe('a build that timed out', () => {
  test('in the queue is begun again', async () => {
    expect(await diagnosed('States.TaskFailed', 'SUBMITTED', 'QUEUED')).toEqual({ next: 'again' });
  });

  test('while it ran is over', async () => {
    const refused = { code: 'timeout', message: 'The build ran longer than its limit.' };
    const running = diagnosed('States.TaskFailed', 'SUBMITTED', 'QUEUED', 'PROVISIONING', 'BUILD');
    await expect(running).rejects.toMatchObject(refused);
    await expect(diagnosed('States.Timeout')).rejects.toMatchObject(refused);
  });
});
