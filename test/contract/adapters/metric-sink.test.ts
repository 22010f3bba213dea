import { CloudWatchClient, GetMetricDataCommand, ListMetricsCommand } from '@aws-sdk/client-cloudwatch';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Measurement } from '#domain/telemetry/measurement.ts';
import { openTestAccount, startMs, type TestAccount } from '#test/support/account.ts';

const dimensions = { service: 'orders', environment: 'staging' };
const one = (
  metric: Measurement['metric'],
  value: number,
  more: Readonly<Record<string, string>> = {},
): Measurement => ({
  metric,
  value,
  atMs: startMs - 60_000,
  dimensions: { ...dimensions, ...more },
});

let account: TestAccount;
let client: CloudWatchClient;
beforeAll(async () => {
  account = await openTestAccount();
  client = new CloudWatchClient(account.client);
});
afterAll(() => account.close());

/** Records from within a function, whose log is where metrics come from. */
async function record(name: string, measurements: readonly Measurement[]): Promise<void> {
  const { local, deps } = account;
  if (!local) throw new Error('There is no function of ours behind another endpoint.');
  const handler = async () => deps.metrics.record(measurements);
  local.lambda.register(name, { timeoutSeconds: 10, handler });
  await local.lambda.invoke({ functionName: name, payload: Buffer.from('{}') });
}

async function read(
  MetricName: string,
  Stat: string,
  named: Readonly<Record<string, string>>,
): Promise<readonly number[]> {
  const Dimensions = Object.entries(named).map(([Name, Value]) => ({ Name, Value }));
  const Metric = { Namespace: 'DeploymentService', MetricName, Dimensions };
  const { MetricDataResults = [] } = await client.send(
    new GetMetricDataCommand({
      StartTime: new Date(startMs - 600_000),
      EndTime: new Date(startMs + 60_000),
      MetricDataQueries: [{ Id: 'm', MetricStat: { Metric, Period: 60, Stat } }],
    }),
  );
  return MetricDataResults[0]?.Values ?? [];
}

// Against an endpoint elsewhere there is no function that could write into its log.
describe.skipIf(process.env['CONTRACT_ENDPOINT_URL'] !== undefined)('metrics that a function records', () => {
  test('are in CloudWatch, under every set of dimensions of the catalog', async () => {
    await record('fails', [
      one('deploymentsFailed', 1, { reason: 'timeout', fault: 'platform' }),
      one('deploymentsFailed', 1, { reason: 'step_failed', fault: 'user' }),
      one('rollbackCount', 1),
      one('stepDuration', 1200, { step: 'test' }),
      one('stepDuration', 3400, { step: 'verify' }),
    ]);
    expect(await read('deploymentsFailed', 'Sum', dimensions)).toEqual([2]);
    expect(await read('deploymentsFailed', 'Sum', { ...dimensions, reason: 'timeout' })).toEqual([1]);
    expect(await read('deploymentsFailed', 'Sum', { reason: 'step_failed' })).toEqual([1]);
    expect(await read('deploymentsFailed', 'Sum', { fault: 'platform' })).toEqual([1]);
    expect(await read('rollbackCount', 'Sum', dimensions)).toEqual([1]);
    expect(await read('rollbackCount', 'Sum', {})).toEqual([1]);
    expect(await read('stepDuration', 'Maximum', { ...dimensions, step: 'verify' })).toEqual([3400]);
    expect(await read('stepDuration', 'Maximum', dimensions)).toEqual([]);
  });

  test('have no other dimensions, and nothing else is there', async () => {
    await record('waits', [{ metric: 'previewEnvProvisionTime', value: 9, atMs: startMs, dimensions }]);
    const { Metrics = [] } = await client.send(
      new ListMetricsCommand({ Namespace: 'DeploymentService', MetricName: 'previewEnvProvisionTime' }),
    );
    const sets = Metrics.map(({ Dimensions = [] }) => Dimensions.map(({ Name, Value }) => `${Name}=${Value}`).join());
    expect(sets.toSorted()).toEqual(['', 'service=orders']);
  });

  test('of nothing at all are no line', async () => {
    await record('idle', []);
    const { Metrics = [] } = await client.send(new ListMetricsCommand({ Namespace: 'DeploymentService' }));
    expect(new Set(Metrics.map(({ MetricName }) => MetricName))).toEqual(
      new Set(['deploymentsFailed', 'rollbackCount', 'stepDuration', 'previewEnvProvisionTime']),
    );
  });
});
