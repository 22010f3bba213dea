import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cancelDeployment } from '#schemas/api/cancel-deployment.ts';
import type { DeploymentView } from '#schemas/api/deployment-view.ts';
import type { StatusView } from '#schemas/api/get-status.ts';
import { registerService } from '#schemas/api/register-service.ts';
import { rollBack } from '#schemas/api/roll-back.ts';
import { begin, deploy, untilOver, untilStatus } from '#test/support/deployments.ts';
import { startE2eHost, type E2eHost } from '#test/support/e2e-host.ts';
import type { Files } from '#test/support/git-repository.ts';
import { smallContainer } from '#test/support/small-container.ts';
import { smallService } from '#test/support/small-service.ts';
import { constantLoad, type Load } from '../../scripts/demo/constant-load.ts';

const requestsPerSecond = 40;

let host: E2eHost;
beforeAll(async () => {
  host = await startE2eHost();
});
afterAll(() => host.close());

describe('under constant load, a service on lambda', () => {
  const service = 'rolled-lambda';

  it('serves each of its last five releases again without a failed request', { timeout: 240_000 }, async () => {
    const releases = await released('lambda', service, smallService(service), 5);
    const load = loadOn(service);
    for (const index of [3, 2, 1, 0, 4]) await goesBackTo(service, releases, index);
    const { failed, byCommit } = await load.stop();
    expect(failed).toEqual([]);
    expect(Object.keys(byCommit).sort()).toEqual(releases.map(({ commit }) => commit).sort());
  });

  const moments = {
    'waits for its turn': ({ status }: StatusView) => status === 'queued' || status === 'running',
    'is built': ({ steps }: StatusView) => steps.some(({ name }) => name === 'bundle'),
    'moves its traffic': ({ status, version }: StatusView) => status === 'releasing' && version !== undefined,
    'is verified': ({ status }: StatusView) => status === 'verifying',
  };

  it.each(Object.entries(moments))(
    'goes back while a release %s, and neither loses a request nor the right version',
    { timeout: 240_000 },
    async (name, reached) => {
      const during = `during-${name.replaceAll(' ', '-')}`.slice(0, 38);
      const files = smallService(during, { bundle: ['sleep 1'] });
      const manifest = JSON.parse(files['service.yaml'] ?? '') as object;
      const slow = {
        ...manifest,
        strategy: { type: 'rolling', batches: 3, pauseSeconds: 1 },
        healthCheck: { path: '/health', bodyContains: 'ok', successes: 3, intervalSeconds: 1 },
      };
      const { repository, commits } = await commitsOf(during, { ...files, 'service.yaml': JSON.stringify(slow) }, 4);
      await register('lambda', during, repository);
      const releases: DeploymentView[] = [];
      for (const commit of commits.slice(0, 2)) releases.push(await succeeds(during, commit));

      const load = loadOn(during);
      // To the release that serves all the time: only what is on its way has to go.
      const interrupted = await begin(host.api, during, 'staging', commits[2] ?? '');
      await untilStatus(host.api, interrupted, reached, 10);
      await goesBackTo(during, releases, 1);
      expect(['cancelled', 'rolled_back']).toContain((await untilOver(host.api, interrupted)).status);
      // To an older one.
      const again = await begin(host.api, during, 'staging', commits[3] ?? '');
      await untilStatus(host.api, again, reached, 10);
      await goesBackTo(during, releases, 0);
      expect(['cancelled', 'rolled_back']).toContain((await untilOver(host.api, again)).status);

      const { failed, byCommit } = await load.stop();
      expect(failed).toEqual([]);
      expect(commits).toEqual(expect.arrayContaining(Object.keys(byCommit)));
    },
  );

  it('is left alone when the rollback itself is cancelled', { timeout: 120_000 }, async () => {
    const files = smallService('rolled-cancelled');
    const releases = await released('lambda', 'rolled-cancelled', files, 2);
    const load = loadOn('rolled-cancelled');
    const { body } = await ask('rolled-cancelled', releases[0]);
    await host.api.call(cancelDeployment, { params: { deploymentId: body.id }, body: {} }).catch(() => undefined);
    const { status } = await untilOver(host.api, body.id);
    const expected = status === 'succeeded' ? releases[0] : releases[1];
    await servesOnly('rolled-cancelled', expected?.commit ?? '');
    expect((await load.stop()).failed).toEqual([]);
  });
});

describe('under constant load, a service on ecs', () => {
  it('serves earlier releases again without a failed request', { timeout: 300_000 }, async () => {
    const service = 'rolled-ecs';
    const releases = await released('ecs', service, smallContainer(service), 3);
    const load = loadOn(service);
    for (const index of [1, 0]) await goesBackTo(service, releases, index);
    const { failed, byCommit } = await load.stop();
    expect(failed).toEqual([]);
    expect(Object.keys(byCommit).sort()).toEqual(releases.map(({ commit }) => commit).sort());
  });
});

function loadOn(service: string): Load {
  return constantLoad({ port: host.servicesPort, host: `${service}.staging.localhost`, requestsPerSecond });
}

/** Restores the release at an index, and asks the service which one it is. */
async function goesBackTo(service: string, releases: readonly DeploymentView[], index: number): Promise<void> {
  const to = releases[index];
  const { body } = await ask(service, to);
  const view = await untilOver(host.api, body.id);
  expect(view.status, JSON.stringify(view.failure)).toBe('succeeded');
  expect(view).toMatchObject({ commit: to?.commit, version: to?.version });
  await servesOnly(service, to?.commit ?? '');
}

function ask(service: string, to: DeploymentView | undefined) {
  const params = { service, environment: 'staging' };
  return host.api.call(rollBack, { params, body: { to: to?.id, reason: 'under load' } });
}

/** Every new request gets this commit. */
async function servesOnly(service: string, commit: string): Promise<void> {
  const load = loadOn(service);
  await new Promise((resolve) => setTimeout(resolve, 400));
  const { sent, failed, byCommit } = await load.stop();
  expect(failed).toEqual([]);
  expect(byCommit).toEqual({ [commit]: sent });
}

async function released(
  kind: 'lambda' | 'ecs',
  service: string,
  files: Files,
  count: number,
): Promise<readonly DeploymentView[]> {
  const { repository, commits } = await commitsOf(service, files, count);
  await register(kind, service, repository);
  const views: DeploymentView[] = [];
  for (const commit of commits) views.push(await succeeds(service, commit));
  return views;
}

async function succeeds(service: string, commit: string): Promise<DeploymentView> {
  const view = await deploy(host.api, service, 'staging', commit);
  expect(view.status, JSON.stringify(view.failure)).toBe('succeeded');
  return view;
}

async function register(kind: 'lambda' | 'ecs', service: string, repository: string): Promise<void> {
  const body = { repository, owner: 'team-a', environments: { staging: { kind } } };
  await host.api.call(registerService, { params: { service }, body });
}

async function commitsOf(service: string, files: Files, count: number) {
  const repository = await host.repository(service);
  const commits = [await repository.commit(files)];
  while (commits.length < count) commits.push(await repository.commit({ 'NOTES.md': `Change ${commits.length}.\n` }));
  return { repository: repository.url, commits };
}
