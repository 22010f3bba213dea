import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Deployment } from '#domain/deployment/deployment.ts';
import { registerService } from '#domain/service/register.ts';
import { serviceStateView } from '#domain/service/view.ts';
import { serviceState } from '#schemas/api/service-state.ts';
import { openTestAccount, startMs, uniqueService, type TestAccount } from '#test/support/account.ts';
import { aDeployment, aRelease, moment } from '#test/support/builders.ts';
import { getService } from '#usecases/get-service.ts';
import { listServices } from '#usecases/list-services.ts';

let account: TestAccount;
beforeAll(async () => {
  account = await openTestAccount();
});
afterAll(() => account.close());

const target = aRelease().target;

async function registered(name = uniqueService()): Promise<string> {
  const wanted = {
    name,
    repository: 'https://example.test/orders.git',
    manifestPath: 'service.yaml',
    owner: 'team-a',
    environments: { staging: target, production: { ...target, url: 'http://now-registered' } },
    correlationId: 'corr',
    traceId: '0'.repeat(32),
  };
  await account.deps.services.commit(registerService(undefined, wanted, moment()));
  return name;
}

async function deployed(changes: Partial<Deployment>, seconds: number, ...kinds: readonly ('release' | 'slot')[]) {
  const createdAtMs = startMs - 3_600_000 + seconds * 1000;
  const createdAt = new Date(createdAtMs).toISOString();
  const id = account.deps.ids.deploymentId();
  const after = aDeployment({ id, createdAt, createdAtMs, ...changes });
  const slot = await account.deps.deployments.slot(after.service, after.environment);
  const outcome = await account.deps.deployments.commit({
    before: undefined,
    after,
    writes: kinds.map((kind) =>
      kind === 'slot'
        ? { kind: 'take-slot' as const, deployment: after, fence: slot.fence + 1 }
        : { kind: 'put-current-release' as const, deployment: after, at: createdAt },
    ),
    events: [],
  });
  expect(outcome).toBe('committed');
  return after;
}

const released = (version: string, url = 'http://orders') => ({
  release: aRelease({ version, target: { ...target, url } }),
  artifact: {
    format: 'zip' as const,
    digest: version.repeat(64),
    key: `artifacts/${version}.zip`,
    sizeBytes: 1,
    identity: 'identity',
    signatureKey: 'signature',
  },
});

describe('the state of a service', () => {
  test('has what serves, what served before and what was asked for last, in each environment', async () => {
    const service = await registered();
    const one = await deployed(
      { service, status: 'succeeded', commit: '1'.repeat(40), ...released('2') },
      1,
      'release',
    );
    const two = await deployed(
      { service, status: 'succeeded', commit: '2'.repeat(40), ...released('3') },
      2,
      'release',
    );
    const three = await deployed({ service, status: 'failed', commit: '3'.repeat(40) }, 3);
    const view = serviceStateView(await getService(account.deps, service));
    expect(view.states).toMatchObject({
      staging: {
        current: { deploymentId: two.id, version: '3', commit: two.commit, url: 'http://orders' },
        previous: { deploymentId: one.id, version: '2', commit: one.commit },
        last: { id: three.id, status: 'failed' },
      },
      production: {},
    });
    expect(view.states['production']).toEqual({});
    expect(serviceState.parse(view)).toEqual(view);
  });

  test('names the address that was released to, not one that is registered since', async () => {
    const service = await registered();
    const moved = released('1', 'http://earlier-registered');
    await deployed({ service, environment: 'production', status: 'succeeded', ...moved }, 1, 'release');
    const view = serviceStateView(await getService(account.deps, service));
    expect(view.states['production']?.current?.url).toBe('http://earlier-registered');
    expect(view.environments['production']?.url).toBe('http://now-registered');
  });

  test('has the last deployment of a quiet environment behind hundreds of another', async () => {
    const service = await registered();
    const quiet = await deployed({ service, environment: 'production', status: 'succeeded' }, 1, 'slot');
    for (let count = 0; count < 120; count++) await deployed({ service, status: 'failed' }, 10 + count);
    const { environments } = await getService(account.deps, service);
    expect(environments.find(({ environment }) => environment === 'production')?.last?.id).toBe(quiet.id);
  });

  test('shows nothing of how a service is stored', async () => {
    const service = await registered();
    const view = serviceStateView(await getService(account.deps, service));
    expect(Object.keys(view).toSorted()).toEqual([
      'createdAt',
      'environments',
      'manifestPath',
      'name',
      'owner',
      'repository',
      'states',
      'updatedAt',
    ]);
  });

  test('of a service that there is not is refused', async () => {
    await expect(getService(account.deps, 'no-such-service')).rejects.toMatchObject({ code: 'not_found' });
  });
});

describe('the cursor of the services', () => {
  test('leads through all pages, each service once', async () => {
    for (let count = 0; count < 3; count++) await registered();
    const { items: all } = await listServices(account.deps, { limit: 50 });
    const seen: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await listServices(account.deps, { limit: 2, cursor });
      seen.push(...page.items.map(({ service }) => service.name));
      cursor = page.cursor;
    } while (cursor !== undefined);
    expect(seen).toEqual(all.map(({ service }) => service.name));
    expect(seen).toEqual(seen.toSorted());
  });

  test('cannot be made up, moved, or be that of the deployments', async () => {
    await registered();
    await registered();
    const { cursor = '' } = await listServices(account.deps, { limit: 1 });
    const [name = '', mac = ''] = cursor.split('~');
    const ofDeployments = await account.deps.seal.seal('cursor', `${name}~id~{}`);
    const forgeries = ['', '~', name, `${name}~`, `orders~${mac}`, `${name}~${ofDeployments}`, `${cursor}~`];
    for (const forged of forgeries) {
      await expect(listServices(account.deps, { limit: 1, cursor: forged }), forged).rejects.toMatchObject({
        code: 'validation_error',
        faults: [{ pointer: '/query/cursor' }],
      });
    }
  });
});
