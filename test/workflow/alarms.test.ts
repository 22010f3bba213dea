import { CloudWatchClient, DescribeAlarmsCommand } from '@aws-sdk/client-cloudwatch';
import { SNSClient, SubscribeCommand } from '@aws-sdk/client-sns';
import { describe, expect, test } from 'vitest';
import { openTestAccount, type TestAccount } from '#test/support/account.ts';
import type { Measurement } from '#domain/telemetry/measurement.ts';
import { clientOptions } from '#local/stack/client-options.ts';
import { alarmTopicArn, putAlarms } from '#local/stack/put-alarms.ts';

const minuteMs = 60_000;

/** An account with the alarms, and somebody who reads along where pages and tickets go. */
async function onCall() {
  const account = await openTestAccount();
  const { local, clock, client } = account;
  if (!local) throw new Error('What alarms do is shown on an endpoint of our own.');
  const told: string[] = [];
  for (const severity of ['page', 'ticket'] as const) {
    const name = `reads-${severity}`;
    local.lambda.register(name, {
      timeoutSeconds: 5,
      handler: async (event) => {
        const { Records } = event as { readonly Records: readonly { readonly Sns: { readonly Message: string } }[] };
        for (const { Sns } of Records) {
          const { AlarmName, NewStateValue } = JSON.parse(Sns.Message) as Readonly<Record<string, string>>;
          told.push(`${severity}: ${AlarmName?.replace('deployment-service-', '')} ${NewStateValue}`);
        }
      },
    });
  }
  await putAlarms(clientOptions(local.gateway));
  const sns = new SNSClient(client);
  for (const severity of ['page', 'ticket'] as const) {
    const Endpoint = `arn:aws:lambda:eu-west-1:000000000000:function:reads-${severity}`;
    await sns.send(new SubscribeCommand({ TopicArn: alarmTopicArn(severity), Protocol: 'lambda', Endpoint }));
  }
  await local.resume();
  return {
    told,
    stateOf: async (id: string) => {
      const command = new DescribeAlarmsCommand({ AlarmNames: [`deployment-service-${id}`] });
      const { MetricAlarms = [] } = await new CloudWatchClient(client).send(command);
      return MetricAlarms[0]?.StateValue;
    },
    /** One minute in which a function writes these into its log, and the alarms after it. */
    minute: async (...measured: readonly (readonly [Measurement['metric'], number])[]) => {
      await record(account, measured);
      await clock.advance(minuteMs);
      for (let turn = 0; turn < 50; turn++) await new Promise((resolve) => setImmediate(resolve));
    },
    close: () => account.close(),
  };
}

async function record(
  { local, deps, clock }: TestAccount,
  measured: readonly (readonly [Measurement['metric'], number])[],
): Promise<void> {
  const atMs = clock.now();
  const measurements = measured.map(([metric, value]) => ({
    metric,
    value,
    atMs,
    dimensions: { service: 'orders', environment: 'production', reason: 'unavailable', fault: 'platform' },
  }));
  const handler = async () => deps.metrics.record(measurements);
  local?.lambda.register('measures', { timeoutSeconds: 5, handler });
  await local?.lambda.invoke({ functionName: 'measures', payload: Buffer.from('{}') });
}

/** What keeps the alarms green that are about silence. */
const alive = [
  ['runnerHeartbeat', 1],
  ['outboxAge', 0],
] as const;

// Against an endpoint elsewhere the clock is not ours.
describe.skipIf(process.env['CONTRACT_ENDPOINT_URL'] !== undefined)('the alarms of an installation', () => {
  test('page at once when a rollback failed, and say when that is over', async () => {
    const { minute, told, close } = await onCall();
    await minute(...alive);
    await minute(...alive, ['rollbacksFailed', 1]);
    expect(told.filter((each) => each.includes('rollback'))).toContain('page: rollback-failed ALARM');
    await minute(...alive);
    await minute(...alive);
    await minute(...alive);
    expect(told.filter((each) => each.includes('rollback-failed')).at(-1)).toBe('page: rollback-failed OK');
    expect(told.filter((each) => each.startsWith('page') && each.endsWith('ALARM'))).toEqual([
      'page: rollback-failed ALARM',
    ]);
    await close();
  });

  test('make a ticket of a runner that is silent, and a page when it stays so', async () => {
    const { minute, told, stateOf, close } = await onCall();
    for (let count = 0; count < 20; count++) await minute(...alive);
    expect(await stateOf('runner-does-not-answer')).toBe('OK');
    expect(await stateOf('runner-does-not-answer-goes-on')).toBe('OK');
    told.length = 0;
    for (let count = 0; count < 8; count++) await minute(['outboxAge', 0]);
    expect(told).toEqual(['ticket: runner-does-not-answer ALARM']);
    for (let count = 0; count < 10; count++) await minute(['outboxAge', 0]);
    expect(told).toEqual(['ticket: runner-does-not-answer ALARM', 'page: runner-does-not-answer-goes-on ALARM']);
    await minute(...alive);
    expect(told.slice(2).toSorted()).toEqual([
      'page: runner-does-not-answer-goes-on OK',
      'ticket: runner-does-not-answer OK',
    ]);
    await close();
  });

  test('make a ticket of the third failure in a row, not of the second', async () => {
    const { minute, told, close } = await onCall();
    for (const failures of [1, 2]) {
      for (let count = 0; count < 6; count++) await minute(...alive, ['consecutiveFailures', failures]);
    }
    expect(told.filter((each) => each.includes('failures-in-a-row') && each.endsWith('ALARM'))).toEqual([]);
    for (let count = 0; count < 6; count++) await minute(...alive, ['consecutiveFailures', 3]);
    expect(told.filter((each) => each.endsWith('ALARM'))).toContain('ticket: failures-in-a-row ALARM');
    await close();
  });

  test('leave those out that look at what AWS measures of itself, or at more than one metric', async () => {
    const { stateOf, close } = await onCall();
    expect(await stateOf('rollback-failed')).toBeDefined();
    for (const id of ['api-is-failing', 'dead-letters', 'deployments-fail-by-our-fault']) {
      expect(await stateOf(id)).toBeUndefined();
    }
    await close();
  });
});
