import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { decide } from '#domain/deployment/decision.ts';
import type { Deployment } from '#domain/deployment/deployment.ts';
import { Refusal } from '#domain/refusal.ts';
import { givenDeployments } from '#test/contract/adapters/given-deployments.ts';
import { openTestAccount, type TestAccount } from '#test/support/account.ts';
import { aRelease } from '#test/support/builders.ts';
import { runStep } from '#usecases/run-step.ts';

let account: TestAccount;
beforeAll(async () => {
  account = await openTestAccount();
});
afterAll(() => account.close());

const never = (): never => {
  throw new Error('This must not be asked for.');
};

async function stepsOf(id: string) {
  const record = await account.deps.deployments.load(id);
  return record?.steps.map(({ name, attempt, status, failure }) => ({ name, attempt, status, failure }));
}

describe('a step', () => {
  test('is on record before its work begins, and its result with its end', async () => {
    const { id } = await givenDeployments(account).admitted();
    const start = { name: 'release', run: 1, status: 'releasing' } as const;
    const release = aRelease({ version: '3' });
    const work = async (deployment: Deployment) => {
      expect(deployment.status).toBe('releasing');
      expect(await stepsOf(id)).toMatchObject([{ name: 'release', attempt: 1, status: 'running' }]);
      return { value: 'done', patch: { release } };
    };
    expect(await runStep(account.deps, id, start, work, never)).toBe('done');
    expect(await stepsOf(id)).toMatchObject([{ name: 'release', attempt: 1, status: 'succeeded' }]);
    expect(await account.deps.deployments.find(id)).toMatchObject({ status: 'releasing', release });
  });

  test('that throws is recorded as failed, and then it throws the same', async () => {
    const { id } = await givenDeployments(account).admitted();
    const error = new Refusal('artifact_upload_failed', 'The bucket is full.');
    const work = () => Promise.reject(error);
    await expect(runStep(account.deps, id, { name: 'sign', run: 1 }, work, never)).rejects.toBe(error);
    expect(await stepsOf(id)).toMatchObject([
      { status: 'failed', failure: { code: 'artifact_upload_failed', message: 'The bucket is full.', step: 'sign' } },
    ]);
  });

  test('that fails by a bug records none of its words', async () => {
    const { id } = await givenDeployments(account).admitted();
    const work = () => Promise.reject(new TypeError('secret'));
    await expect(runStep(account.deps, id, { name: 'sign', run: 1 }, work, never)).rejects.toThrow('secret');
    const steps = await stepsOf(id);
    expect(steps).toMatchObject([{ status: 'failed', failure: { code: 'internal_error' } }]);
    expect(JSON.stringify(steps)).not.toContain('secret');
  });

  test('that a busy service failed says so, and that it is tried again, three times and no more', async () => {
    const { id } = await givenDeployments(account).admitted();
    const busy = Object.assign(new Error('Rate exceeded'), { name: 'ThrottlingException', $metadata: {} });
    for (let attempt = 1; attempt <= 4; attempt++) {
      await expect(runStep(account.deps, id, { name: 'sign', run: 1 }, () => Promise.reject(busy), never)).rejects.toBe(
        busy,
      );
    }
    const record = await account.deps.deployments.load(id);
    const message = 'A service that this step needs did not answer: throttled.';
    expect(record?.steps.map(({ failure }) => failure)).toMatchObject(
      Array.from({ length: 4 }, () => ({ code: 'unavailable', message, step: 'sign' })),
    );
    expect(record?.steps.map(({ triedAgain }) => triedAgain)).toEqual([
      'throttled',
      'throttled',
      'throttled',
      undefined,
    ]);
  });

  test('whose work comes to a failure keeps its facts and throws the refusal', async () => {
    const { id } = await givenDeployments(account).admitted();
    const failure = { code: 'step_failed' as const, message: 'Not healthy.' };
    const facts = [{ type: 'deployment.health_check' as const, data: { url: 'http://x', healthy: false, probes: 3 } }];
    const work = () => Promise.resolve({ value: undefined, failure, facts });
    const failing = runStep(account.deps, id, { name: 'verify', run: 1 }, work, never);
    await expect(failing).rejects.toMatchObject({ code: 'step_failed', message: 'Not healthy.' });
    const { outbox } = account.later(1);
    if (account.shared) return;
    const events = (await outbox.unpublished(0, 500)).filter(({ aggregate }) => aggregate === id);
    expect(events.map(({ type }) => type).slice(-2)).toEqual(['deployment.step_progress', 'deployment.health_check']);
  });

  test('that the ledger keeps is not run again, and answers from the record', async () => {
    const { id } = await givenDeployments(account).admitted();
    const start = { name: 'sign', run: 1 } as const;
    const work = () => Promise.resolve({ value: 'first', patch: { identity: 'i' } });
    await runStep(account.deps, id, start, work, never);
    const again = await runStep(account.deps, id, start, never, (deployment) => `kept ${deployment.identity}`);
    expect(again).toBe('kept i');
    expect(await stepsOf(id)).toHaveLength(1);
  });

  test('that failed is run again as another attempt', async () => {
    const { id } = await givenDeployments(account).admitted();
    const start = { name: 'sign', run: 1 } as const;
    await runStep(account.deps, id, start, () => Promise.reject(new Refusal('unavailable', 'Soon.')), never).catch(
      () => 0,
    );
    await runStep(account.deps, id, start, () => Promise.resolve({ value: undefined }), never);
    expect(await stepsOf(id)).toMatchObject([
      { attempt: 1, status: 'failed' },
      { attempt: 2, status: 'succeeded' },
    ]);
  });

  test('that a second attempt overtook changes nothing any more when it comes back', async () => {
    const { id } = await givenDeployments(account).admitted();
    const start = { name: 'sign', run: 1 } as const;
    const begun = Promise.withResolvers<void>();
    const held = Promise.withResolvers<void>();
    const slow = runStep(
      account.deps,
      id,
      start,
      async () => {
        begun.resolve();
        await held.promise;
        return { value: undefined, patch: { identity: 'slow' } };
      },
      never,
    );
    await begun.promise;
    await runStep(
      account.deps,
      id,
      start,
      () => Promise.resolve({ value: undefined, patch: { identity: 'quick' } }),
      never,
    );
    held.resolve();
    await slow;
    expect(await account.deps.deployments.find(id)).toMatchObject({ identity: 'quick' });
    expect(await stepsOf(id)).toMatchObject([
      { attempt: 1, status: 'interrupted' },
      { attempt: 2, status: 'succeeded' },
    ]);
  });

  test('does not begin for a deployment that is over', async () => {
    const given = givenDeployments(account);
    const deployment = await given.admitted();
    await given.commit(decide(deployment, { status: 'failed' }, given.moment()));
    const late = runStep(account.deps, deployment.id, { name: 'release', run: 1 }, never, never);
    await expect(late).rejects.toMatchObject({ code: 'conflict' });
    expect(await stepsOf(deployment.id)).toEqual([]);
  });

  test('does not begin for a deployment that never had the slot', async () => {
    const { id } = await givenDeployments(account).accepted();
    const early = runStep(account.deps, id, { name: 'release', run: 1 }, never, never);
    await expect(early).rejects.toMatchObject({ code: 'conflict' });
    expect(await stepsOf(id)).toEqual([]);
  });
});
