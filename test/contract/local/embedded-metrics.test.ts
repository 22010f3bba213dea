import { CloudWatchClient, GetMetricStatisticsCommand } from '@aws-sdk/client-cloudwatch';
import {
  CloudWatchLogsClient,
  CreateLogGroupCommand,
  CreateLogStreamCommand,
  FilterLogEventsCommand,
  PutLogEventsCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import { Metrics } from '@aws-lambda-powertools/metrics';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { virtualClock, type VirtualClock } from '#local/clock.ts';
import { createGateway } from '#local/gateway/gateway.ts';
import { createCloudWatch, type CloudWatch } from '#local/services/cloudwatch/create-cloudwatch.ts';
import { createLogs, type LogsService } from '#local/services/logs/create-logs.ts';
import { openStore } from '#local/store.ts';
import { against } from '#test/support/clients.ts';
import { invoke, startLambda } from './lambda-host.ts';

let clock: VirtualClock;
let logs: LogsService;
let cloudwatch: CloudWatch;
let logsClient: CloudWatchLogsClient;
let metricsClient: CloudWatchClient;

beforeEach(() => {
  clock = virtualClock(Date.now());
  const store = openStore(':memory:');
  cloudwatch = createCloudWatch({ store, clock, changed: () => undefined });
  logs = createLogs({ store, clock, taken: (messages) => cloudwatch.takeLogMessages(messages) });
  const options = against(createGateway([logs, cloudwatch]));
  logsClient = new CloudWatchLogsClient(options);
  metricsClient = new CloudWatchClient(options);
});
afterEach(() => {
  logs.close();
  vi.restoreAllMocks();
});

const sumOf = async (MetricName: string): Promise<number> => {
  const { Datapoints = [] } = await metricsClient.send(
    new GetMetricStatisticsCommand({
      Namespace: 'Control',
      MetricName,
      Dimensions: [{ Name: 'service', Value: 'deployments' }],
      StartTime: new Date(clock.now() - 600_000),
      EndTime: new Date(clock.now() + 600_000),
      Period: 60,
      Statistics: ['Sum'],
    }),
  );
  return Datapoints.reduce((sum, { Sum = 0 }) => sum + Sum, 0);
};
const messagesOf = async (logGroupName: string) =>
  (await logsClient.send(new FilterLogEventsCommand({ logGroupName }))).events?.map(({ message }) => message);

test('a function of this process writes metrics and lines as on Lambda; its terminal shows the lines only', async () => {
  const printed: string[] = [];
  vi.spyOn(process.stdout, 'write').mockImplementation((chunk) => printed.push(String(chunk)) > 0);
  const { client, lambda } = startLambda({ logs });
  const metrics = new Metrics({ namespace: 'Control', serviceName: 'deployments' });
  lambda.register('count', {
    timeoutSeconds: 10,
    handler: (event) => {
      metrics.addMetric('started', 'Count', (event as { count: number }).count);
      metrics.publishStoredMetrics();
      process.stdout.write('a line\n');
      return Promise.resolve(1);
    },
  });
  await invoke(client, { name: 'count', event: { count: 2 } });
  await invoke(client, { name: 'count', event: { count: 5 } });
  process.stdout.write('of nobody\n');
  expect(await sumOf('started')).toBe(7);
  const messages = await messagesOf('/aws/lambda/count');
  expect(messages?.filter((message) => message === 'a line')).toHaveLength(2);
  expect(messages?.filter((message) => message?.includes('"started"'))).toHaveLength(2);
  expect(messages?.join()).not.toContain('of nobody');
  expect(printed.join('')).toBe('a line\na line\nof nobody\n');
});

test('PutLogEvents takes metrics too', async () => {
  const group = { logGroupName: 'any' };
  await logsClient.send(new CreateLogGroupCommand(group));
  await logsClient.send(new CreateLogStreamCommand({ ...group, logStreamName: 's' }));
  const message = JSON.stringify({
    _aws: {
      Timestamp: clock.now(),
      CloudWatchMetrics: [
        { Namespace: 'Control', Dimensions: [['service']], Metrics: [{ Name: 'failed', Unit: 'Count' }] },
      ],
    },
    service: 'deployments',
    failed: 3,
  });
  const logEvents = [{ timestamp: clock.now(), message }];
  await logsClient.send(new PutLogEventsCommand({ ...group, logStreamName: 's', logEvents }));
  expect(await sumOf('failed')).toBe(3);
  expect(await messagesOf('any')).toEqual([message]);
});
