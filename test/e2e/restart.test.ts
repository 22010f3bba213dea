import { rm } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DeploymentView } from '#schemas/api/deployment-view.ts';
import { getDeployment } from '#schemas/api/get-deployment.ts';
import { health } from '#schemas/api/health.ts';
import { listDeployments } from '#schemas/api/list-deployments.ts';
import { streamLogs } from '#schemas/api/stream-logs.ts';
import { apiClient, type ApiClient } from '#test/support/api-client.ts';
import { askService } from '#test/support/ask-service.ts';
import { deploy, eventually, register } from '#test/support/deployments.ts';
import { makeRoot, startE2eHost, tokenFrom, type E2eHost } from '#test/support/e2e-host.ts';
import { smallService } from '#test/support/small-service.ts';

describe('after a restart on other ports', () => {
  let root: string;
  let host: E2eHost;
  let oldToken: string;
  let deployment: DeploymentView;
  let before: unknown;
  let firstAnswer: Awaited<ReturnType<typeof askService>>;

  const snapshotBy = async (api: ApiClient) => {
    const params = { deploymentId: deployment.id };
    const log = await api.call(streamLogs, { params });
    return {
      list: (await api.call(listDeployments)).body,
      deployment: (await api.call(getDeployment, { params })).body,
      log: log.body,
    };
  };

  beforeAll(async () => {
    root = await makeRoot();
    const earlier = await startE2eHost(root);
    const repository = await earlier.repository('lasting');
    const commit = await repository.commit(smallService('lasting', { test: ['echo tested'] }));
    await register(earlier.api, 'lasting', repository.url);
    deployment = await deploy(earlier.api, 'lasting', 'staging', commit);
    oldToken = await tokenFrom(earlier.credentialsFile);
    const params = { deploymentId: deployment.id };
    await eventually(
      async () => (await earlier.api.call(streamLogs, { params })).body.complete,
      'the log of a finished deployment is complete',
    );
    before = await snapshotBy(earlier.api);
    await earlier.close();

    host = await startE2eHost(root);
    firstAnswer = await askService(host.servicesPort, 'lasting.staging');
  });
  afterAll(async () => {
    await host.close();
    await rm(root, { recursive: true, force: true });
  });

  it('the service answers the first request already', () => {
    expect(firstAnswer.status).toBe(200);
    expect(JSON.parse(firstAnswer.body)).toMatchObject({ commit: deployment.commit, environment: 'staging' });
  });

  it('lists, deployments and logs are what they were, and a token from before is still good', async () => {
    expect(await snapshotBy(apiClient(host.apiUrl, oldToken))).toEqual(before);
    expect(JSON.stringify(before)).toContain('tested');
  });

  it('the service is healthy and nothing waits', async () => {
    const { status, body } = await host.api.call(health);
    expect(status).toBe(200);
    expect(body).toMatchObject({ status: 'ok', table: 'ok', runner: { status: 'ok' }, queueDepth: 0 });
  });

  it('a service that was registered before is deployed and found healthy where it is now', async () => {
    expect(await deploy(host.api, 'lasting', 'production', deployment.commit)).toMatchObject({ status: 'succeeded' });
    expect((await askService(host.servicesPort, 'lasting.production')).status).toBe(200);
  });
});
