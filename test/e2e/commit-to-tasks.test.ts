import { DescribeServicesCommand, ECSClient } from '@aws-sdk/client-ecs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { registerService } from '#schemas/api/register-service.ts';
import { askService } from '#test/support/ask-service.ts';
import { deploy } from '#test/support/deployments.ts';
import { startE2eHost, type E2eHost } from '#test/support/e2e-host.ts';
import { exampleService } from '#test/support/example-service.ts';
import type { GitRepository } from '#test/support/git-repository.ts';
import { until } from '../contract/local/ecs-real-host.ts';

describe('a commit of the example service that runs as tasks', () => {
  let host: E2eHost;
  let repository: GitRepository;
  let commit: string;

  beforeAll(async () => {
    host = await startE2eHost();
    repository = await host.repository('greeter');
    commit = await repository.commit(await exampleService('greeter'), 'Greet people');
    const body = {
      repository: repository.url,
      owner: 'my-team',
      environments: { staging: { kind: 'ecs' as const }, production: { kind: 'ecs' as const } },
    };
    await host.api.call(registerService, { params: { service: 'greeter' }, body });
  });
  afterAll(() => host.close());

  it('finds a place where nothing is deployed yet', async () => {
    await until(async () => (await askService(host.servicesPort, 'greeter.staging')).body.startsWith('Nothing'));
    expect(await askService(host.servicesPort, 'greeter.staging')).toEqual({
      status: 503,
      body: 'Nothing is deployed here yet.\n',
    });
  });

  it.each(['staging', 'production'] as const)('is released to %s, and serves there', async (environment) => {
    const deployment = await deploy(host.api, 'greeter', environment, commit);
    expect(deployment.failure).toBeUndefined();
    expect(deployment.status).toBe('succeeded');
    expect((await askService(host.servicesPort, `greeter.${environment}`, '/health')).status).toBe(200);
    const client = new ECSClient({
      endpoint: host.awsUrl,
      region: 'eu-west-1',
      credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    });
    const { services } = await client.send(
      new DescribeServicesCommand({ cluster: 'services', services: [`greeter-${environment}`] }),
    );
    expect(services?.[0]?.deployments).toHaveLength(1);
    expect(services?.[0]?.taskDefinition).toMatch(new RegExp(`greeter-${environment}:2$`));
  });

  it('that is not healthy is taken back, and what served before serves again', async () => {
    const files = await exampleService('greeter');
    const sick = await repository.commit(
      {
        ...files,
        'src/server.mjs': (files['src/server.mjs'] ?? '').replace("{ status: 'ok' }", "{ status: 'sick' }"),
        'service.yaml': (files['service.yaml'] ?? '')
          .replace('deadlineSeconds: 60', 'deadlineSeconds: 3')
          .replace(/ {2}test:[\s\S]*?(?= {2}bundle:)/, '')
          .replace(/reports:[\s\S]*?(?=environments:)/, ''),
      },
      'Feel sick',
    );
    const deployment = await deploy(host.api, 'greeter', 'staging', sick);
    expect(deployment).toMatchObject({ status: 'rolled_back', failure: { code: 'step_failed', step: 'verify' } });
    expect(await askService(host.servicesPort, 'greeter.staging', '/health')).toEqual({
      status: 200,
      body: '{"status":"ok"}',
    });
  });
});
