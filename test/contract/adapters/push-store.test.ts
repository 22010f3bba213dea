import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { recordPush, rejectPush } from '#domain/delivery/record-push.ts';
import type { Push, PushNotice } from '#domain/delivery/push.ts';
import { registerService } from '#domain/service/register.ts';
import type { Service } from '#domain/service/service.ts';
import { openTestAccount, type TestAccount } from '#test/support/account.ts';

let account: TestAccount;
beforeAll(async () => {
  account = await openTestAccount();
});
afterAll(() => account.close());

const moment = (seconds = 0) => {
  const at = new Date(Date.UTC(2026, 0, 1, 0, 0, seconds));
  return { at: at.toISOString(), atMs: at.getTime(), actor: 'ada', hash: account.deps.digest };
};
const ids = { correlationId: 'c', traceId: 't' };
const notice: PushNotice = {
  provider: 'github',
  repository: 'acme/orders',
  branch: 'main',
  commit: 'a'.repeat(40),
  forced: false,
  pusher: { login: 'ada', name: 'Ada' },
  addresses: [],
};

async function register(name: string, repository: string): Promise<Service> {
  const wanted = { name, repository, manifestPath: `${name}.yaml`, owner: 'team', environments: {}, ...ids };
  const decision = registerService(await account.deps.services.find(name), wanted, moment());
  expect(await account.deps.services.commit(decision)).toBe('committed');
  return decision.after;
}

describe('the services of a repository', () => {
  test('are found by any of its addresses, each once, and read as they were written', async () => {
    const one = await register('store-one', 'https://github.com/Store/Mono.git');
    const two = await register('store-two', 'ssh://git@github.com/store/mono');
    await register('store-other', 'https://github.com/store/mono-two');
    const found = await account.deps.pushes.servicesOf(['github.com/store/mono', 'github.com/nobody/nothing']);
    expect([...found].sort((left, right) => left.name.localeCompare(right.name))).toEqual([one, two]);
    expect(await account.deps.services.find('store-one')).toEqual(one);
    expect(await account.deps.pushes.servicesOf([])).toEqual([]);
  });

  test('follow a registration that names another repository', async () => {
    await register('store-moving', 'https://github.com/store/before');
    await register('store-moving', 'https://github.com/store/after');
    expect(await account.deps.pushes.servicesOf(['github.com/store/before'])).toEqual([]);
    expect(await account.deps.pushes.servicesOf(['github.com/store/after'])).toHaveLength(1);
  });
});

describe('a push', () => {
  test('is recorded once for each of its claims, with its event', async () => {
    const service = await register('store-push', 'https://github.com/store/push');
    const decision = recordPush(service, notice, ['github/one', 'github/bytes'], ids, moment(1));
    expect(await account.deps.pushes.commit(decision)).toBe('committed');
    expect(await account.deps.pushes.commit(decision)).toBe('revision_conflict');
    const after = (await account.deps.services.find('store-push')) as Service;
    for (const claims of [['github/one'], ['github/two', 'github/bytes']]) {
      expect(await account.deps.pushes.commit(recordPush(after, notice, claims, ids, moment(2)))).toBe('known');
    }
    expect(await account.deps.services.find('store-push')).toEqual(after);
    expect(await account.deps.pushes.find('store-push', 2)).toEqual(decision.push);
    expect(await account.deps.pushes.find('store-push', 3)).toBeUndefined();
  });

  test('of one delivery counts for each service of the repository', async () => {
    const services = [
      await register('store-left', 'https://github.com/store/both'),
      await register('store-right', 'https://github.com/store/both'),
    ];
    for (const service of services) {
      const decision = recordPush(service, notice, ['github/both'], ids, moment(1));
      expect(await account.deps.pushes.commit(decision)).toBe('committed');
    }
  });

  test('keeps the first outcome that is recorded', async () => {
    const service = await register('store-outcome', 'https://github.com/store/outcome');
    const { push, ...decision } = recordPush(service, notice, ['github/outcome'], ids, moment(1));
    await account.deps.pushes.commit({ push, ...decision });
    await account.deps.pushes.settle(push, { deployments: ['dep_1'] });
    await account.deps.pushes.settle(push, { deployments: ['dep_2'] });
    expect(await account.deps.pushes.find('store-outcome', push.seq)).toEqual({
      ...push,
      outcome: { deployments: ['dep_1'] },
    });
  });

  test('is listed while nothing has come of it, the oldest first, and not after that', async () => {
    const openBefore = async (seconds: number): Promise<readonly Push[]> => {
      const found: Push[] = [];
      for await (const push of account.deps.pushes.openSince(moment(seconds).at)) found.push(push);
      return found.filter(({ service }) => service === 'store-open');
    };
    let service = await register('store-open', 'https://github.com/store/open');
    const pushes: Push[] = [];
    for (const seconds of [9, 3, 6]) {
      const decision = recordPush(service, notice, [`github/open-${seconds}`], ids, moment(seconds));
      expect(await account.deps.pushes.commit(decision)).toBe('committed');
      service = decision.after;
      pushes.push(decision.push);
    }
    const [settled, rejected, open] = pushes as [Push, Push, Push];
    expect(await openBefore(9)).toEqual([rejected, open]);
    expect(await openBefore(10)).toEqual([rejected, open, settled]);

    await account.deps.pushes.settle(settled, { deployments: [] });
    const outcome = { deployments: [], rejection: { code: 'internal_error', message: 'lost' } } as const;
    const decision = rejectPush(service, rejected, outcome, 't', moment(12));
    expect(await account.deps.pushes.commit(decision)).toBe('committed');
    expect(await openBefore(60)).toEqual([open]);
    // What came of it stays, and is not told again.
    const again = rejectPush(decision.after, rejected, outcome, 't', moment(13));
    expect(await account.deps.pushes.commit(again)).toBe('known');
    expect(await account.deps.pushes.find('store-open', rejected.seq)).toEqual({ ...rejected, outcome });
  });
});
