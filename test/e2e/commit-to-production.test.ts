import { ListBuildsCommand } from '@aws-sdk/client-codebuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DeploymentView } from '#schemas/api/deployment-view.ts';
import { askService } from '#test/support/ask-service.ts';
import { awsClients } from '#test/support/aws-clients.ts';
import { deploy, register } from '#test/support/deployments.ts';
import { startE2eHost, type E2eHost } from '#test/support/e2e-host.ts';
import { exampleService } from '#test/support/example-service.ts';
import type { GitRepository } from '#test/support/git-repository.ts';

describe('a commit of the example service', () => {
  let host: E2eHost;
  let repository: GitRepository;
  let commit: string;
  let inStaging: DeploymentView;

  const ask = async (environment: string, path = '/'): Promise<Record<string, unknown>> => {
    const { status, body } = await askService(host.servicesPort, `orders.${environment}`, path);
    return { status, ...(JSON.parse(body) as object) };
  };
  const statuses = ({ steps }: DeploymentView) => Object.fromEntries(steps.map(({ name, status }) => [name, status]));

  beforeAll(async () => {
    host = await startE2eHost();
    repository = await host.repository('orders');
    commit = await repository.commit(await exampleService('orders'), 'What an order costs');
    await register(host.api, 'orders', repository.url);
  });
  afterAll(() => host.close());

  it('is built, tested and released to staging, where the URL answers with it', async () => {
    inStaging = await deploy(host.api, 'orders', 'staging', commit);

    expect(inStaging).toMatchObject({ status: 'succeeded', subject: 'What an order costs', author: 'Ada' });
    expect(statuses(inStaging)).toEqual({
      source: 'succeeded',
      install: 'succeeded',
      compile: 'succeeded',
      test: 'succeeded',
      bundle: 'succeeded',
      sign: 'succeeded',
      release: 'succeeded',
      verify: 'succeeded',
    });
    expect(inStaging.steps.find(({ name }) => name === 'test')?.reports).toMatchObject([
      { tests: 8, failures: 0, errors: 0 },
    ]);
    expect(inStaging.url).toBe(`http://orders.staging.localhost:${host.servicesPort}`);
    expect(await ask('staging')).toMatchObject({ status: 200, commit, environment: 'staging' });
  });

  it('goes to production as the same bytes, without another build', async () => {
    const builds = await buildsOf(host);
    const inProduction = await deploy(host.api, 'orders', 'production', commit);

    expect(inProduction.status).toBe('succeeded');
    expect(inProduction.artifact).toEqual(inStaging.artifact);
    expect(statuses(inProduction)).toEqual({
      source: 'succeeded',
      install: 'reused',
      compile: 'reused',
      test: 'reused',
      bundle: 'reused',
      sign: 'reused',
      release: 'succeeded',
      verify: 'succeeded',
    });
    expect(await buildsOf(host)).toEqual(builds);
    expect(await ask('production')).toMatchObject({ status: 200, commit, environment: 'production' });
  });

  it('runs with the variables of its environment', async () => {
    // Two for 12.50 each: free of shipping from 20.00 in staging, and from 50.00 in production.
    expect(await ask('staging', '/orders/1002/total')).toMatchObject({ totalCents: 2500 });
    expect(await ask('production', '/orders/1002/total')).toMatchObject({ totalCents: 2990 });
  });

  it('with a broken test stops there, names the test, and leaves every environment as it was', async () => {
    const files = await exampleService('orders');
    const price = files['src/price.mjs']?.replace('SHIPPING_CENTS = 490', 'SHIPPING_CENTS = 590');
    const broken = await repository.commit({ 'src/price.mjs': price }, 'Shipping is dearer');
    const stopped = await deploy(host.api, 'orders', 'staging', broken);

    expect(stopped).toMatchObject({ status: 'failed', failure: { code: 'step_failed', step: 'test' } });
    expect(stopped.failure?.failedTests).toEqual([expect.stringContaining('adds shipping below the limit')]);
    expect(statuses(stopped)).toEqual({
      source: 'succeeded',
      install: 'succeeded',
      compile: 'succeeded',
      test: 'failed',
    });
    expect(stopped).not.toHaveProperty('artifact');
    expect(await ask('staging')).toMatchObject({ status: 200, commit, version: inStaging.version });
    expect(await ask('production')).toMatchObject({ status: 200, commit });
  });
});

async function buildsOf({ awsUrl }: E2eHost): Promise<readonly string[]> {
  const { ids = [] } = await awsClients(awsUrl).builds.send(new ListBuildsCommand({}));
  return ids;
}
