import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { BatchGetBuildsCommand } from '@aws-sdk/client-codebuild';
import { QueryCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildStages } from '#domain/deployment/steps.ts';
import type { DeploymentView } from '#schemas/api/deployment-view.ts';
import { listDeployments } from '#schemas/api/list-deployments.ts';
import { verifyAudit } from '#schemas/api/verify-audit.ts';
import { awsClients } from '#test/support/aws-clients.ts';
import { begin, register, untilOver } from '#test/support/deployments.ts';
import { makeRoot, startE2eHost, type E2eHost } from '#test/support/e2e-host.ts';
import { unbrokenChain } from '#test/support/event-chain.ts';
import { makeRepository } from '#test/support/git-repository.ts';
import { startHostProcess } from '#test/support/host-process.ts';
import { identified, processesOf, stillRunning } from '#test/support/process-list.ts';
import { seededRandom } from '#test/support/seeded-random.ts';
import { smallService } from '#test/support/small-service.ts';

const kills = 30;
/** About as long as a deployment takes, so that every part of one gets its share. */
const shortestLifeMs = 1_000;
const longestLifeMs = 4_000;
/** `KILL_SEED=7` chooses other moments. */
const seed = Number(process.env['KILL_SEED'] ?? 1);

const expectedEnds = ['succeeded', 'superseded', 'failed: The build runner was lost 3 times (FAULT).'];

const services = ['early', 'late'] as const;
const environments = ['staging', 'production'] as const;

describe(`a host that is killed ${kills} times at moments of chance, seed ${seed}`, { timeout: 420_000 }, () => {
  let root: string;
  let host: E2eHost;
  let over: readonly DeploymentView[];
  const orphans = new Map<number, string>();

  beforeAll(async () => {
    root = await makeRoot();
    const directory = join(root, 'state');
    const random = seededRandom(seed);
    const repositories = await Promise.all(services.map((name) => makeRepository(join(root, name))));
    for (let kill = 0; kill < kills; kill++) {
      const present = await startHostProcess(directory);
      if (kill === 0) {
        for (const [index, name] of services.entries())
          await register(present.api, name, repositories[index]?.url ?? '');
      }
      const dies = delay(shortestLifeMs + random() * (longestLifeMs - shortestLifeMs)).then(() =>
        present.end('SIGKILL'),
      );
      const which = kill % services.length;
      const [service, repository] = [services[which] ?? 'early', repositories[which]];
      const commit =
        (await repository?.commit(smallService(service, { text: `after ${kill}`, test: ['sleep 0.2'] }))) ?? '';
      // The host may be gone before it answers.
      const environment = environments[Math.floor(random() * environments.length)] ?? 'staging';
      await begin(present.api, service, environment, commit).catch(() => undefined);
      await dies;
      for (const [pid, identity] of identified(processesOf(directory))) orphans.set(pid, identity);
    }
    host = await startE2eHost(root);
    const { items } = (await host.api.call(listDeployments, { query: { limit: 100 } })).body;
    over = await Promise.all(items.map(({ id }) => untilOver(host.api, id)));
  }, 420_000);
  afterAll(async () => {
    await host.close();
    await rm(root, { recursive: true, force: true });
  });

  it('brings every deployment to an end after the next start', () => {
    expect(over.length).toBeGreaterThan(kills / 3);
    // Nobody cancelled one and every commit is sound: it serves, a newer one took its place, or it lost too many builds.
    const ends = over.map(({ status, failure }) => (failure ? `${status}: ${failure.message}` : status));
    expect(ends.filter((end) => !expectedEnds.includes(end))).toEqual([]);
    expect(ends).toContain('succeeded');
  });

  it('publishes each event once per id, in an unbroken chain that the service confirms', async () => {
    for (const { id, status } of over) {
      const events = await unbrokenChain(host, id, `deployment.${status}`);
      const { body } = await host.api.call(verifyAudit, { params: { deploymentId: id }, query: { limit: 500 } });
      expect(body.verification).toEqual({ status: 'intact', faults: [] });
      expect(body.head.seq).toBe(events.length);
    }
  });

  it('does no step again that was done, except in a build that was lost with the host', async () => {
    const { table, builds } = awsClients(host.awsUrl);
    const stages: readonly string[] = buildStages;
    for (const { id } of over) {
      const { Items = [] } = await table.send(
        new QueryCommand({
          TableName: 'deployment-service',
          KeyConditionExpression: 'pk = :pk AND begins_with(sk, :step)',
          ExpressionAttributeValues: { ':pk': { S: `DEP#${id}` }, ':step': { S: 'STEP#' } },
        }),
      );
      const done = Items.filter(({ status }) => status?.S === 'succeeded');
      const ids = [
        ...new Set(
          done.flatMap(({ buildId, name }) => (stages.includes(name?.S ?? '') && buildId?.S ? [buildId.S] : [])),
        ),
      ];
      const found = ids.length > 0 ? ((await builds.send(new BatchGetBuildsCommand({ ids }))).builds ?? []) : [];
      const lost = found.filter(({ buildStatus }) => buildStatus === 'FAULT').map((build) => build.id);
      const counted = done
        .filter(({ buildId }) => !lost.includes(buildId?.S))
        .map(({ name, run }) => `${name?.S} of run ${run?.N}`);
      expect(counted, id).toEqual([...new Set(counted)]);
    }
  });

  it('leaves no process behind', () => {
    // Whether a kill leaves any is chance; `killed-host.test.ts` makes sure that there is one.
    expect(stillRunning(orphans)).toEqual([]);
  });
});
