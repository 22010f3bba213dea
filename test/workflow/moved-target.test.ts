import { describe, expect } from 'vitest';
import { commitNamed, scenario } from '#test/support/deployment-scenario.ts';
import type { WorkflowHost } from '#test/support/workflow-host.ts';

const b = { commit: commitNamed('b') };

describe('a service that is registered anew with another function', () => {
  scenario('while a release is verified: the function that was released goes back', async ({ given, when, host }) => {
    (await when.deploys()).status('succeeded');
    given.source(b).health([503]);
    const id = await when.asks(b);
    await when.looks(id, ({ status }) => status === 'verifying');
    await registerElsewhere(host);
    const outcome = await when.isOver(id);
    outcome.status('rolled_back').failure({ step: 'verify', message: /answered 503/ });
    await outcome.serves('2');
  });

  scenario('between two attempts of a release: both go to the same function', async ({ given, when, host }) => {
    (await when.deploys()).status('succeeded');
    const late = Promise.withResolvers<void>();
    given.source(b).trouble({ at: 'shifter.shift', late: late.promise });
    const id = await when.asks(b);
    await when.looks(id, ({ status, version }) => status === 'releasing' && version === '3');
    await registerElsewhere(host);
    // Somebody moves the alias, so that the first attempt cannot and the machine makes another one.
    const target = { kind: 'lambda' as const, functionName: 'orders-staging', alias: 'live', url: 'http://orders' };
    const { shifter } = host.deps;
    await shifter.shift(target, { version: '2', percent: 100 }, await shifter.revision(target));
    late.resolve();
    const outcome = await when.isOver(id);
    outcome.status('succeeded');
    expect(outcome.view).toMatchObject({ version: '3', baselineVersion: '2' });
    await outcome.serves('3');
  });

  scenario('has no version there to go back to', async ({ given, when, host }) => {
    (await when.deploys()).status('succeeded');
    await registerElsewhere(host);
    given.source(b).health([503]);
    const outcome = (await when.deploys(b)).status('failed').failure({ step: 'verify' });
    expect(outcome.view.baselineVersion).toBeUndefined();
  });
});

async function registerElsewhere(host: WorkflowHost): Promise<void> {
  const registration = {
    repository: 'https://git.example.com/orders.git',
    owner: 'team-a',
    replace: true,
    environments: { staging: { functionName: 'orders-moved' }, production: {} },
  };
  const { statusCode, body } = await host.callApi('register-service', { service: 'orders' }, registration);
  if (statusCode !== 200) throw new Error(`The service was not registered: ${body}`);
  await host.quiet();
}
