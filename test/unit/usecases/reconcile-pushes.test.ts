import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Push } from '#domain/delivery/push.ts';
import { recordPush } from '#domain/delivery/record-push.ts';
import { registerService } from '#domain/service/register.ts';
import type { Deps } from '#ports/deps.ts';
import type { PushTask } from '#schemas/workflows/push-task.ts';
import { openTestAccount, type TestAccount } from '#test/support/account.ts';
import { momentOf } from '#usecases/moment-of.ts';
import { reconcilePushes } from '#usecases/reconcile-pushes.ts';

let account: TestAccount;
beforeAll(async () => {
  account = await openTestAccount();
});
afterAll(() => account.close());

const ids = { correlationId: 'c', traceId: 't' };

async function givenPush(name: string): Promise<Push> {
  const { services, pushes } = account.deps;
  const wanted = { name, repository: `https://github.com/acme/${name}`, owner: 'team', environments: {} };
  const registered = registerService(
    undefined,
    { ...wanted, manifestPath: 'service.yaml', ...ids },
    momentOf(account.deps, 'ada'),
  );
  await services.commit(registered);
  const notice = {
    provider: 'github',
    repository: `acme/${name}`,
    branch: 'main',
    commit: 'a'.repeat(40),
    forced: false,
    pusher: { login: 'ada', name: 'Ada' },
    addresses: [],
  } as const;
  const decision = recordPush(registered.after, notice, [`github/${name}`], ids, momentOf(account.deps, 'push'));
  expect(await pushes.commit(decision)).toBe('committed');
  return decision.push;
}

/** So much later, with machines that answer as told and remember who asked. */
function later(seconds: number, fate: (task: PushTask) => Promise<'running' | 'ended'> | 'running' | 'ended') {
  const started: string[] = [];
  const startPush = async (task: PushTask) => {
    started.push(task.service);
    return fate(task);
  };
  const deps = Object.create(account.later(seconds * 1000), { workflows: { value: { startPush } } }) as Deps;
  return { deps, started };
}

async function toldOf(service: string): Promise<readonly string[]> {
  const events = await account.deps.audit.read({ aggregate: `service:${service}` }, 0, 10);
  return events.map(({ type }) => type);
}

describe('reconciling pushes', () => {
  test('starts the machine of one that has been open for two minutes, and of none before', async () => {
    const { service, seq } = await givenPush('never-began');
    const early = later(119, () => 'running');
    await reconcilePushes(early.deps);
    expect(early.started).not.toContain(service);
    const due = later(121, () => 'running');
    expect(await reconcilePushes(due.deps)).toEqual({ rejected: 0, failures: [] });
    expect(due.started).toContain(service);
    expect((await account.deps.pushes.find(service, seq))?.outcome).toBeUndefined();
  });

  test('rejects one whose machine is over, tells it once, and asks for it no more', async () => {
    const { service, seq } = await givenPush('broke');
    const fate = (task: PushTask) => (task.service === service ? 'ended' : 'running');
    expect(await reconcilePushes(later(180, fate).deps)).toEqual({ rejected: 1, failures: [] });
    expect((await account.deps.pushes.find(service, seq))?.outcome).toMatchObject({
      deployments: [],
      rejection: { code: 'internal_error' },
    });
    const again = later(300, fate);
    expect(await reconcilePushes(again.deps)).toEqual({ rejected: 0, failures: [] });
    expect(again.started).not.toContain(service);
    expect(await toldOf(service)).toEqual(['service.registered', 'source.pushed', 'source.rejected']);
  });

  test('leaves what a machine settled as the last that it did', async () => {
    const push = await givenPush('settled-late');
    const { deps } = later(180, async ({ service }) => {
      if (service !== push.service) return 'running';
      await account.deps.pushes.settle(push, { deployments: ['dep_1'] });
      return 'ended';
    });
    expect(await reconcilePushes(deps)).toEqual({ rejected: 0, failures: [] });
    expect((await account.deps.pushes.find(push.service, push.seq))?.outcome).toEqual({ deployments: ['dep_1'] });
    expect(await toldOf(push.service)).toEqual(['service.registered', 'source.pushed']);
  });

  test('goes on with the others when one cannot be helped', async () => {
    const [bad, good] = [await givenPush('one-bad'), await givenPush('one-good')];
    const { deps, started } = later(180, ({ service }) => {
      if (service === bad.service) throw new Error('throttled');
      return 'running';
    });
    expect((await reconcilePushes(deps)).failures).toEqual([new Error('throttled')]);
    expect(started).toContain(good.service);
  });
});
