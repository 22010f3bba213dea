import { DisableRuleCommand, EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { describe, expect } from 'vitest';
import { names } from '#local/stack/names.ts';
import type { DeploymentView } from '#schemas/api/deployment-view.ts';
import { commitNamed, scenario, type Scenario } from '#test/support/deployment-scenario.ts';
import { deliverPush, takePushes } from '#test/support/pushed-host.ts';
import { serviceManifest } from '#test/support/service-manifest.ts';

const ada = { name: 'ada-lovelace', groups: ['release-engineers'], email: 'ADA@example.com' };
const bob = { name: 'bob', groups: ['release-engineers'], email: 'bob@example.com' };

/** Pushes to `main` go to staging, and from there to production, where somebody has to agree. */
function promoting({ soakSeconds = 0, branch = 'main' } = {}): string {
  const approval = '{ groups: [release-engineers], quorum: 1, timeoutSeconds: 86400 }';
  return serviceManifest()
    .replace('  staging: {}', `  staging: { deployOn: { branch: ${branch} } }`)
    .replace(
      '  production: {}',
      `  production: { approval: ${approval}, promoteFrom: { environment: staging, soakSeconds: ${soakSeconds} } }`,
    );
}

async function deploymentsOf({ host }: Scenario, environment?: string): Promise<readonly DeploymentView[]> {
  const { items } = await host.deps.deployments.list({ service: 'orders', limit: 50 });
  const wanted = items.filter((each) => environment === undefined || each.environment === environment);
  const views = wanted.map(async ({ id }) => {
    const { body } = await host.callApi('get-deployment', { deploymentId: id });
    return JSON.parse(body) as DeploymentView;
  });
  return Promise.all(views);
}

/** Waits until production has a deployment that looks so. */
async function inProduction(play: Scenario, so: (view: DeploymentView) => boolean): Promise<DeploymentView> {
  let found: DeploymentView | undefined;
  await play.host.runUntil(async () => {
    found = (await deploymentsOf(play, 'production')).find(so);
    return found !== undefined;
  }, 300);
  return found as DeploymentView;
}

const waits = ({ status }: DeploymentView): boolean => status === 'awaiting_approval';

async function comesToRest({ host }: Scenario): Promise<void> {
  await host.runUntil(async () => {
    if (host.account.engine.journal.running().length > 0) return false;
    return (await host.deps.outbox.unpublished(-60_000, 1)).length === 0;
  });
}

describe('a push to the branch of an environment', () => {
  scenario('goes to staging and on to production, when somebody else agrees', async (play) => {
    await takePushes(play.host);
    play.given.source({ manifest: promoting() });
    const { status, answer } = await deliverPush(play.host);
    expect([status, answer]).toEqual([
      202,
      { decision: 'accepted', services: [{ service: 'orders', decision: 'accepted' }] },
    ]);
    const waiting = await inProduction(play, waits);
    const [staging] = await deploymentsOf(play, 'staging');
    expect(staging).toMatchObject({ status: 'succeeded', actor: 'push:github:ada' });

    const own = await play.when.sends({ kind: 'approve' }, waiting.id, ada);
    expect([own.statusCode, own.body]).toEqual([403, expect.stringContaining('somebody else has to decide')]);
    await play.when.sends({ kind: 'approve' }, waiting.id, bob);
    const outcome = await play.when.isOver(waiting.id);
    outcome.status('succeeded');
    expect(outcome.view.artifact).toEqual(staging?.artifact);
    expect(await play.host.deps.deployments.find(waiting.id)).toMatchObject({
      actor: 'push:github:ada',
      actorEmail: 'ada@example.com',
      promotedFrom: staging?.id,
      origin: { provider: 'github', repository: 'Acme/Orders', branch: 'main' },
    });
  });

  scenario('that is delivered twice is deployed once', async (play) => {
    await takePushes(play.host);
    play.given.source({ manifest: promoting().replace(/promoteFrom: \{[^}]*\}/, 'variables: {}') });
    const push = { delivery: 'one', pushedAtMs: play.host.clock.now() };
    await deliverPush(play.host, push);
    await comesToRest(play);
    const again = await deliverPush(play.host, push);
    expect([again.status, again.answer.decision]).toEqual([200, 'known']);
    const copied = await deliverPush(play.host, { ...push, delivery: 'another' });
    expect([copied.status, copied.answer.decision]).toEqual([200, 'known']);
    await comesToRest(play);
    expect(await deploymentsOf(play)).toHaveLength(1);
  });

  scenario('sets aside the one before that waits for approval', async (play) => {
    await takePushes(play.host);
    play.given.source({ manifest: promoting() });
    play.given.source({ commit: commitNamed('b'), manifest: promoting() });
    await deliverPush(play.host);
    const first = await inProduction(play, waits);
    await deliverPush(play.host, { commit: commitNamed('b') });
    const second = await inProduction(play, (view) => waits(view) && view.id !== first.id);
    await play.when.looks(first.id, ({ status }) => status === 'superseded');
    await play.when.sends({ kind: 'approve' }, second.id, bob);
    (await play.when.isOver(second.id)).status('succeeded');
  });

  scenario('waits in staging for as long as it has to prove itself there', async (play) => {
    await takePushes(play.host);
    play.given.source({ manifest: promoting({ soakSeconds: 3_600 }) });
    await deliverPush(play.host);
    const waiting = await inProduction(play, waits);
    const [staging] = await deploymentsOf(play, 'staging');
    const soakedMs = Date.parse(waiting.createdAt) - Date.parse(staging?.finishedAt ?? '');
    expect(soakedMs).toBeGreaterThanOrEqual(3_600_000);
    expect(soakedMs).toBeLessThan(3_610_000);
    await play.when.sends({ kind: 'reject' }, waiting.id, bob);
  });

  scenario('does not go on when another commit took its place while it was to prove itself', async (play) => {
    await takePushes(play.host);
    play.given.source({ manifest: promoting({ soakSeconds: 3_600 }) });
    play.given.source({ commit: commitNamed('b'), manifest: promoting({ soakSeconds: 3_600, branch: 'other' }) });
    await deliverPush(play.host);
    await play.host.runUntil(async () => (await deploymentsOf(play)).some(({ status }) => status === 'succeeded'));
    await play.when.asks({ commit: commitNamed('b') });
    const waiting = await inProduction(play, waits);
    expect(waiting.commit).toBe(commitNamed('b'));
    await play.when.sends({ kind: 'reject' }, waiting.id, bob);
    await comesToRest(play);
    expect(await deploymentsOf(play, 'production')).toHaveLength(1);
  });
});

describe('a push that nothing comes of', () => {
  scenario('is one to a branch that no environment wants', async (play) => {
    await takePushes(play.host);
    play.given.source({ manifest: promoting() });
    const { status } = await deliverPush(play.host, { branch: 'feature/discount' });
    expect(status).toBe(202);
    await comesToRest(play);
    expect(await deploymentsOf(play)).toEqual([]);
    expect(await play.host.deps.pushes.find('orders', 2)).toMatchObject({ outcome: { deployments: [] } });
  });

  scenario('is one whose service.yaml has a fault, which is told', async (play) => {
    await takePushes(play.host);
    play.given.source({ manifest: promoting().replace('type: lambda', 'type: lamdba') });
    await deliverPush(play.host);
    await comesToRest(play);
    expect(await deploymentsOf(play)).toEqual([]);
    expect((await play.host.deps.pushes.find('orders', 2))?.outcome).toMatchObject({
      deployments: [],
      rejection: {
        code: 'validation_error',
        message: expect.stringMatching(/^service\.yaml is not valid: 4:/) as string,
      },
    });
  });

  scenario('is one whose commit cannot be fetched, which is tried twice', async (play) => {
    await takePushes(play.host);
    play.given.fetch('is lost').fetch('does not find the commit');
    await deliverPush(play.host);
    await comesToRest(play);
    expect((await play.host.deps.pushes.find('orders', 2))?.outcome).toMatchObject({
      rejection: { code: 'step_failed', message: expect.stringContaining('could not be fetched') as string },
    });
  });

  scenario('is one of an environment that the service is not registered with', async (play) => {
    await takePushes(play.host);
    play.given.source({
      manifest: serviceManifest().replace('  production: {}', '  canary: { deployOn: { branch: main } }'),
    });
    await deliverPush(play.host);
    await comesToRest(play);
    expect((await play.host.deps.pushes.find('orders', 2))?.outcome).toMatchObject({
      deployments: [],
      rejection: { message: 'Pushes to "main" go to canary, which the service is not registered with.' },
    });
  });
});

describe('a push whose machine loses its runner once', () => {
  scenario('is deployed all the same', async (play) => {
    await takePushes(play.host);
    play.given.source({ manifest: promoting() }).fetch('is lost');
    await deliverPush(play.host);
    const waiting = await inProduction(play, waits);
    await play.when.sends({ kind: 'approve' }, waiting.id, bob);
    (await play.when.isOver(waiting.id)).status('succeeded');
  });
});

/** Lets minutes pass, and then has the reconciler look. */
async function reconciledAfter({ host }: Scenario, minutes: number): Promise<unknown> {
  const due = host.clock.now() + minutes * 60_000;
  host.clock.after(minutes * 60_000, () => undefined);
  await host.runUntil(() => host.clock.now() >= due);
  return host.account.invoke('deployment-service-reconcile-deployments', {});
}

describe('a push that nobody has heard of for a while', () => {
  scenario('because its event was lost is deployed after all', async (play) => {
    const { host } = play;
    await takePushes(host);
    play.given.source({ manifest: promoting().replace(/promoteFrom: \{[^}]*\}/, 'variables: {}') });
    const rule = { EventBusName: names.bus, Name: 'on-source-pushed' };
    await new EventBridgeClient(host.client).send(new DisableRuleCommand(rule));
    await deliverPush(host);
    await comesToRest(play);
    expect(await reconciledAfter(play, 1)).toMatchObject({ rejected: 0 });
    await comesToRest(play);
    expect(await deploymentsOf(play)).toEqual([]);

    expect(await reconciledAfter(play, 2)).toMatchObject({ rejected: 0 });
    await comesToRest(play);
    expect(await deploymentsOf(play)).toMatchObject([{ environment: 'staging', status: 'succeeded' }]);
    expect(await openPushes(play)).toEqual([]);
  });

  scenario('because its fetch takes long is left alone', async (play) => {
    const { host } = play;
    await takePushes(host);
    play.given.source({ manifest: promoting({ branch: 'other' }) }).fetch('succeeds', 600);
    await deliverPush(host);
    expect(await reconciledAfter(play, 5)).toMatchObject({ rejected: 0 });
    expect(await openPushes(play)).toEqual([2]);
    await comesToRest(play);
    expect((await host.deps.pushes.find('orders', 2))?.outcome).toEqual({ deployments: [] });
    expect(await openPushes(play)).toEqual([]);
  });

  scenario('because its machine broke for good is rejected, which is told once', async (play) => {
    const { host } = play;
    await takePushes(host);
    play.given.source({ manifest: promoting() }).trouble({ at: 'blobs.get', error: new Error('no') });
    await deliverPush(host);
    await comesToRest(play);
    expect(await openPushes(play)).toEqual([2]);

    expect(await reconciledAfter(play, 3)).toMatchObject({ rejected: 1 });
    await comesToRest(play);
    expect((await host.deps.pushes.find('orders', 2))?.outcome).toMatchObject({
      rejection: { code: 'internal_error', nextAction: expect.stringContaining('dsctl deploy orders') as string },
    });
    expect(await reconciledAfter(play, 3)).toMatchObject({ rejected: 0 });
    await comesToRest(play);
    const told = await host.deps.audit.read({ aggregate: 'service:orders' }, 2, 10);
    expect(told).toMatchObject([{ type: 'source.rejected', publishedAt: expect.any(String) as string }]);
    expect(await openPushes(play)).toEqual([]);
    expect(await deploymentsOf(play)).toEqual([]);
  });
});

async function openPushes({ host }: Scenario): Promise<readonly number[]> {
  const found: number[] = [];
  const end = new Date(host.clock.now() + 60_000).toISOString();
  for await (const { seq } of host.deps.pushes.openSince(end)) found.push(seq);
  return found;
}
