import { CloudWatchClient, PutMetricAlarmCommand, PutMetricDataCommand } from '@aws-sdk/client-cloudwatch';
import { EventBridgeClient, PutRuleCommand, PutTargetsCommand } from '@aws-sdk/client-eventbridge';
import { CreateScheduleCommand, SchedulerClient } from '@aws-sdk/client-scheduler';
import { CreateEmailIdentityCommand, SendEmailCommand, SESv2Client } from '@aws-sdk/client-sesv2';
import {
  CreateStateMachineCommand,
  DescribeExecutionCommand,
  ListExecutionsCommand,
  SFNClient,
} from '@aws-sdk/client-sfn';
import { CreateTopicCommand, SNSClient, SubscribeCommand } from '@aws-sdk/client-sns';
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { virtualClock, type VirtualClock } from '#local/clock.ts';
import { openAccount, type Account } from '#local/stack/account.ts';
import { clientOptions, type ClientOptions } from '#local/stack/client-options.ts';
import { openStore } from '#local/store.ts';
import { asl, ROLE } from './states-under-test.ts';

const notify = 'arn:aws:lambda:eu-west-1:000000000000:function:notify';
const tick = 'arn:aws:lambda:eu-west-1:000000000000:function:tick';
let directory: string;
let clock: VirtualClock;
let account: Account;
let options: ClientOptions;
let seen: { name: string; event: unknown }[];

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'account-'));
  clock = virtualClock();
  account = openAccount({
    store: openStore(':memory:'),
    clock,
    directory,
    random: () => 0.5,
    maxConcurrentBuilds: 1,
    processVariables: {},
  });
  options = clientOptions(account.gateway);
  seen = [];
  for (const name of ['notify', 'tick']) {
    account.lambda.register(name, { timeoutSeconds: 10, handler: async (event) => void seen.push({ name, event }) });
  }
  await account.resume();
});
afterEach(async () => {
  await account.close();
  rmSync(directory, { recursive: true });
});

interface SnsEvent {
  readonly Records: readonly { readonly Sns: { readonly Subject: string | null; readonly Message: string } }[];
}

test('a metric makes an alarm, and the alarm is heard through the bus, through a topic and by functions behind both', async () => {
  // Of the two actions one is a topic that is not there: it is said on the host's console and stops nothing.
  const said = vi.spyOn(console, 'error').mockImplementation(() => undefined);
  const topics = new SNSClient(options);
  const { TopicArn = '' } = await topics.send(new CreateTopicCommand({ Name: 'on-call' }));
  await topics.send(new SubscribeCommand({ TopicArn, Protocol: 'lambda', Endpoint: notify }));
  const bus = new EventBridgeClient(options);
  const EventPattern = JSON.stringify({
    source: ['aws.cloudwatch'],
    'detail-type': ['CloudWatch Alarm State Change'],
    detail: { state: { value: ['ALARM'] } },
  });
  await bus.send(new PutRuleCommand({ Name: 'alarms', EventPattern }));
  const Targets = [
    { Id: 'topic', Arn: TopicArn },
    { Id: 'function', Arn: tick },
  ];
  await bus.send(new PutTargetsCommand({ Rule: 'alarms', Targets }));
  const metrics = new CloudWatchClient(options);
  await metrics.send(
    new PutMetricAlarmCommand({
      AlarmName: 'errors',
      Namespace: 'Shop',
      MetricName: 'Errors',
      Statistic: 'Sum',
      Period: 60,
      EvaluationPeriods: 1,
      Threshold: 0,
      ComparisonOperator: 'GreaterThanThreshold',
      AlarmActions: [TopicArn, `${TopicArn}-that-is-gone`],
    }),
  );
  await metrics.send(new PutMetricDataCommand({ Namespace: 'Shop', MetricData: [{ MetricName: 'Errors', Value: 1 }] }));
  await clock.runUntil(() => seen.length === 3);
  expect(said.mock.calls).toEqual([[expect.stringContaining(`${TopicArn}-that-is-gone`), expect.anything()]]);
  said.mockRestore();

  const alarm = { 'detail-type': 'CloudWatch Alarm State Change', detail: { alarmName: 'errors' } };
  expect(seen.find(({ name }) => name === 'tick')?.event).toMatchObject(alarm);
  const messages = seen
    .filter(({ name }) => name === 'notify')
    .map(({ event }) => (event as SnsEvent).Records[0]?.Sns)
    .map((sns) => ({ subject: sns?.Subject, message: JSON.parse(sns?.Message ?? '') as unknown }));
  expect(messages).toHaveLength(2);
  expect(messages.find(({ subject }) => subject === null)?.message).toMatchObject(alarm);
  expect(messages.find(({ subject }) => subject !== null)).toMatchObject({
    subject: 'ALARM: "errors" in EU (Ireland)',
    message: { AlarmName: 'errors', NewStateValue: 'ALARM', OldStateValue: 'INSUFFICIENT_DATA' },
  });
});

test('a schedule calls a function and starts a state machine', async () => {
  const machines = new SFNClient(options);
  const { stateMachineArn = '' } = await machines.send(
    new CreateStateMachineCommand({
      name: 'sweep',
      definition: asl({ Done: { Type: 'Pass', End: true } }),
      roleArn: ROLE,
    }),
  );
  const schedules = new SchedulerClient(options);
  const create = (Name: string, Arn: string, Input: string) =>
    schedules.send(
      new CreateScheduleCommand({
        Name,
        ScheduleExpression: 'at(2026-01-01T00:05:00)',
        FlexibleTimeWindow: { Mode: 'OFF' },
        Target: { Arn, RoleArn: ROLE, Input },
      }),
    );
  await create('call', tick, '{"n":1}');
  await create('start', stateMachineArn, '{"n":2}');
  const executions = async () => (await machines.send(new ListExecutionsCommand({ stateMachineArn }))).executions ?? [];
  await clock.advance(4 * 60_000);
  expect([seen, await executions()]).toEqual([[], []]);
  await clock.runUntil(async () => seen.length > 0 && (await executions())[0]?.status === 'SUCCEEDED');
  expect(seen).toEqual([{ name: 'tick', event: { n: 1 } }]);
  const executionArn = (await executions())[0]?.executionArn;
  const { input } = await machines.send(new DescribeExecutionCommand({ executionArn }));
  expect(input).toBe('{"n":2}');
});

test('what lies in the directory: a mailbox for people, and the key of what is sealed for its owner alone', async () => {
  const mails = new SESv2Client(options);
  await mails.send(new CreateEmailIdentityCommand({ EmailIdentity: 'example.org' }));
  await mails.send(
    new SendEmailCommand({
      FromEmailAddress: 'releases@example.org',
      Destination: { ToAddresses: ['someone@example.net'] },
      Content: { Simple: { Subject: { Data: 'Hello' }, Body: { Text: { Data: 'Good morning' } } } },
    }),
  );
  expect(readdirSync(join(directory, 'mailbox'))).toHaveLength(1);
  expect(statSync(join(directory, 'seal.key')).mode & 0o777).toBe(0o600);
});
