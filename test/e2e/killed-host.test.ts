import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { GetItemCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DeploymentView } from '#schemas/api/deployment-view.ts';
import { askService } from '#test/support/ask-service.ts';
import { awsClients } from '#test/support/aws-clients.ts';
import { begin, deploy, eventually, register, untilOver, untilStatus } from '#test/support/deployments.ts';
import { makeRoot, startE2eHost, type E2eHost } from '#test/support/e2e-host.ts';
import { unbrokenChain, type ArchivedEvent } from '#test/support/event-chain.ts';
import { makeRepository } from '#test/support/git-repository.ts';
import { startHostProcess } from '#test/support/host-process.ts';
import { identified, processesOf, stillRunning } from '#test/support/process-list.ts';
import { smallService } from '#test/support/small-service.ts';

describe('a host that is killed without warning', () => {
  let root: string;
  let directory: string;
  /** The host that runs when all killing is over. */
  let host: E2eHost;
  let cutInBuild: DeploymentView;
  let cutInRelease: DeploymentView;
  let leftByBuild: ReturnType<typeof identified>;
  let orphansSeen = false;

  beforeAll(async () => {
    root = await makeRoot();
    directory = join(root, 'state');
    const repository = await makeRepository(join(root, 'frail'));
    const marker = join(root, 'second-time');
    // The first build hangs, with a child that ignores the polite signal; another one does not.
    const hang = `if [ ! -e '${marker}' ]; then touch '${marker}'; (trap '' TERM; sleep 600) & wait; fi`;
    const hanging = await repository.commit(smallService('frail', { test: [hang], timeoutSeconds: 900 }));

    const first = await startHostProcess(directory);
    await register(first.api, 'frail', repository.url);
    const inBuild = await begin(first.api, 'frail', 'staging', hanging);
    await untilStatus(first.api, inBuild, ({ steps }) => steps.some(({ name }) => name === 'test'));
    await eventually(() => Promise.resolve(existsSync(marker)), 'the test stage runs');
    await first.end('SIGKILL');
    leftByBuild = identified(processesOf(directory));
    orphansSeen = leftByBuild.length > 0;

    const second = await startHostProcess(directory);
    cutInBuild = await untilOver(second.api, inBuild);
    // Thirty megabytes make a release long enough to be caught at it.
    const heavy = await repository.commit(
      smallService('frail', { text: 'heavy', bundle: ['head -c 30000000 /dev/urandom > dist/ballast.bin'] }),
    );
    const inRelease = await begin(second.api, 'frail', 'staging', heavy);
    await untilStatus(second.api, inRelease, ({ status }) => status === 'releasing', 1);
    await second.end('SIGKILL');

    host = await startE2eHost(root);
    cutInRelease = await untilOver(host.api, inRelease);
  });
  afterAll(async () => {
    await host.close();
    await rm(root, { recursive: true, force: true });
  });

  it('in the middle of a build ends that deployment after the next start, by another build', async () => {
    expect(cutInBuild).toMatchObject({ status: 'succeeded', run: 1 });
    expect(attemptsOf(cutInBuild, 'test')).toEqual(['interrupted', 'succeeded']);
    expect(stepsIn(await historyOf(cutInBuild), 'test')).toEqual(['running', 'interrupted', 'running', 'succeeded']);
  });

  it('leaves no process of that build behind once the next host is up', () => {
    expect(orphansSeen).toBe(true);
    expect(stillRunning(leftByBuild)).toEqual([]);
  });

  it('in the middle of a release ends that deployment after the next start, by releasing once more', async () => {
    expect(cutInRelease).toMatchObject({ status: 'succeeded', run: 1 });
    expect(attemptsOf(cutInRelease, 'release')).toEqual(['interrupted', 'succeeded']);
    expect(attemptsOf(cutInRelease, 'test')).toEqual([]);
    expect(attemptsOf(cutInRelease, 'bundle')).toEqual(['succeeded']);
    const { body } = await askService(host.servicesPort, 'frail.staging');
    expect(JSON.parse(body)).toMatchObject({ commit: cutInRelease.commit, text: 'heavy' });
  });

  it('loses no event, and none says something else the second time', async () => {
    for (const deployment of [cutInBuild, cutInRelease]) {
      const types = (await historyOf(deployment)).map((event) => event['detail-type']);
      expect(types.filter((type) => type !== 'deployment.step_progress')).toEqual([
        'deployment.queued',
        'deployment.started',
        'deployment.canary_promoted',
        'deployment.health_check',
        'deployment.succeeded',
      ]);
    }
  });

  it('holds neither a lock nor the slot of the environment afterwards, so the next deployment runs at once', async () => {
    const { table } = awsClients(host.awsUrl);
    for (const { commit } of [cutInBuild, cutInRelease]) {
      const Key = { pk: { S: `LOCK#frail#staging#${commit}` }, sk: { S: 'LOCK' } };
      expect(await table.send(new GetItemCommand({ TableName: 'deployment-service', Key }))).not.toHaveProperty('Item');
    }
    const slot = { pk: { S: 'SLOT#frail#staging' }, sk: { S: 'LOCK' } };
    const { Item } = await table.send(new GetItemCommand({ TableName: 'deployment-service', Key: slot }));
    expect(Item).not.toHaveProperty('owner');
    expect(await deploy(host.api, 'frail', 'staging', cutInBuild.commit)).toMatchObject({ status: 'succeeded' });
  });

  const historyOf = ({ id }: DeploymentView) => unbrokenChain(host, id, 'deployment.succeeded');
});

function attemptsOf({ steps }: DeploymentView, name: string): readonly string[] {
  return steps.filter((step) => step.name === name).map(({ status }) => status);
}

function stepsIn(events: readonly ArchivedEvent[], step: string): readonly unknown[] {
  return events
    .map(({ detail }) => detail.data as { readonly step?: string; readonly status?: string })
    .filter((data) => data.step === step)
    .map(({ status }) => status);
}
