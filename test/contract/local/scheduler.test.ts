import * as scheduler from '@aws-sdk/client-scheduler';
import { beforeEach, describe, expect, it } from 'vitest';
import { virtualClock, type VirtualClock } from '#local/clock.ts';
import { createGateway, type Gateway } from '#local/gateway/gateway.ts';
import { createScheduler, type Scheduler } from '#local/services/scheduler/create-scheduler.ts';
import type { ScheduledDelivery } from '#local/services/scheduler/fire-schedules.ts';
import { openStore } from '#local/store.ts';
import { against } from '#test/support/clients.ts';
import { overSocket } from './over-socket.ts';

const START = Date.UTC(2026, 0, 1);
const MINUTE_MS = 60_000;
const functionArn = 'arn:aws:lambda:eu-west-1:000000000000:function:tick';
const RoleArn = 'arn:aws:iam::000000000000:role/scheduler';
let store: ReturnType<typeof openStore>;
let clock: VirtualClock;
let gateway: Gateway;
let service: Scheduler;
let client: scheduler.SchedulerClient;
let fired: { at: number; delivery: ScheduledDelivery }[];

beforeEach(() => {
  store = openStore(':memory:');
  clock = virtualClock(START);
  fired = [];
  start();
});

function start(): void {
  service = createScheduler({ store, clock, send: (delivery) => fired.push({ at: clock.now(), delivery }) });
  service.resume();
  gateway = createGateway([service]);
  client = new scheduler.SchedulerClient(against(gateway));
}

const settings = (
  ScheduleExpression: string,
  more: Partial<scheduler.CreateScheduleCommandInput> = {},
): scheduler.CreateScheduleCommandInput => ({
  Name: 'tick',
  ScheduleExpression,
  FlexibleTimeWindow: { Mode: 'OFF' },
  Target: { Arn: functionArn, RoleArn },
  ...more,
});
const create = (expression: string, more: Partial<scheduler.CreateScheduleCommandInput> = {}) =>
  client.send(new scheduler.CreateScheduleCommand(settings(expression, more)));
const get = (Name = 'tick', GroupName?: string) => client.send(new scheduler.GetScheduleCommand({ Name, GroupName }));
const minutes = () => fired.map(({ at }) => (at - START) / MINUTE_MS);
const gone = { name: 'ResourceNotFoundException' };

describe('a schedule', () => {
  it('fires at its times, in process and over a socket', async () => {
    client = new scheduler.SchedulerClient(await overSocket(gateway));
    const { ScheduleArn } = await create('rate(5 minutes)');
    expect(ScheduleArn).toBe('arn:aws:scheduler:eu-west-1:000000000000:schedule/default/tick');
    await clock.advance(11 * MINUTE_MS);
    expect(minutes()).toEqual([0, 5, 10]);
    expect(fired[1]?.delivery).toMatchObject({
      sourceArn: ScheduleArn,
      targetArn: functionArn,
      payload: {
        'detail-type': 'Scheduled Event',
        source: 'aws.scheduler',
        time: '2026-01-01T00:05:00Z',
        resources: [ScheduleArn],
      },
    });
  });

  it('gives its target its input, with the variables of the occasion', async () => {
    await create('at(2026-01-01T00:01:00)', {
      Target: {
        Arn: functionArn,
        RoleArn,
        Input: '{"at":"<aws.scheduler.scheduled-time>","id":"<aws.scheduler.execution-id>","n":1}',
        RetryPolicy: { MaximumRetryAttempts: 2, MaximumEventAgeInSeconds: 90 },
      },
    });
    await clock.advance(2 * MINUTE_MS);
    const [first] = fired;
    expect(first?.delivery).toMatchObject({
      payload: { at: '2026-01-01T00:01:00Z', id: first?.delivery.id, n: 1 },
      maxRetries: 2,
      maxAgeSeconds: 90,
    });
  });

  it('fires once for the times that passed while nothing ran, then goes on as before', async () => {
    await create('rate(5 minutes)', { StartDate: new Date(START + MINUTE_MS) });
    await create('at(2026-01-01T00:02:00)', { Name: 'once' });
    service.close();
    await clock.advance(12 * MINUTE_MS);
    expect(fired).toEqual([]);
    start();
    await clock.advance(5 * MINUTE_MS);
    expect(
      fired.map(({ at, delivery }) => `${(at - START) / MINUTE_MS} ${delivery.sourceArn.split('/').at(-1)}`),
    ).toEqual(['12 tick', '12 once', '16 tick']);
  });

  it('fires only between its dates and while it is enabled', async () => {
    await create('rate(1 minute)', {
      StartDate: new Date(START + 2 * MINUTE_MS),
      EndDate: new Date(START + 4 * MINUTE_MS),
    });
    await create('rate(1 minute)', { Name: 'off', State: 'DISABLED' });
    await clock.advance(10 * MINUTE_MS);
    expect(minutes()).toEqual([2, 3, 4]);
    await client.send(new scheduler.UpdateScheduleCommand(settings('cron(15 0 * * ? *)', { Name: 'off' })));
    await clock.advance(10 * MINUTE_MS);
    expect(minutes()).toEqual([2, 3, 4, 15]);
  });

  it('goes with its last time when that is wanted, and stays otherwise', async () => {
    await create('at(2026-01-01T00:01:00)', { ActionAfterCompletion: 'DELETE' });
    await create('at(2026-01-01T00:01:00)', { Name: 'kept' });
    await clock.advance(2 * MINUTE_MS);
    expect(fired).toHaveLength(2);
    await expect(get()).rejects.toMatchObject(gone);
    expect((await get('kept')).Name).toBe('kept');
  });

  it('is shown as it was made, replaced as a whole, and deleted', async () => {
    await create('rate(1 hour)', {
      Description: 'every hour',
      StartDate: new Date(START + MINUTE_MS),
      ScheduleExpressionTimezone: 'Europe/Dublin',
    });
    expect(await get()).toMatchObject({
      Name: 'tick',
      GroupName: 'default',
      State: 'ENABLED',
      Description: 'every hour',
      ScheduleExpression: 'rate(1 hour)',
      ScheduleExpressionTimezone: 'Europe/Dublin',
      StartDate: new Date(START + MINUTE_MS),
      CreationDate: new Date(START),
      Target: { Arn: functionArn, RoleArn },
      ActionAfterCompletion: 'NONE',
    });
    await clock.advance(1000);
    await client.send(new scheduler.UpdateScheduleCommand(settings('rate(2 hours)')));
    const changed = await get();
    expect(changed).toMatchObject({ CreationDate: new Date(START), LastModificationDate: new Date(START + 1000) });
    expect(changed.Description).toBeUndefined();
    await client.send(new scheduler.DeleteScheduleCommand({ Name: 'tick' }));
    await expect(get()).rejects.toMatchObject(gone);
    await clock.advance(10 * 3_600_000);
    expect(fired).toEqual([]);
  });

  it('is made once for each token, and a name is taken only once', async () => {
    const ClientToken = 'the-token';
    const first = await create('rate(1 hour)', { ClientToken });
    expect((await create('rate(1 hour)', { ClientToken })).ScheduleArn).toBe(first.ScheduleArn);
    await expect(create('rate(1 hour)')).rejects.toMatchObject({ name: 'ConflictException' });
  });
});

describe('a group', () => {
  it('has schedules of its own and takes them with it', async () => {
    await expect(create('rate(1 minute)', { GroupName: 'shop' })).rejects.toMatchObject(gone);
    const { ScheduleGroupArn } = await client.send(new scheduler.CreateScheduleGroupCommand({ Name: 'shop' }));
    expect(ScheduleGroupArn).toBe('arn:aws:scheduler:eu-west-1:000000000000:schedule-group/shop');
    await create('rate(1 minute)', { GroupName: 'shop' });
    await create('rate(1 hour)');
    expect((await get('tick', 'shop')).ScheduleExpression).toBe('rate(1 minute)');
    const pages = [];
    for await (const page of scheduler.paginateListSchedules({ client, pageSize: 1 }, {})) {
      pages.push(page.Schedules?.map(({ GroupName }) => GroupName));
    }
    expect(pages).toEqual([['default'], ['shop']]);
    const found = await client.send(new scheduler.ListSchedulesCommand({ GroupName: 'shop', NamePrefix: 'ti' }));
    expect(found.Schedules).toHaveLength(1);
    await client.send(new scheduler.DeleteScheduleGroupCommand({ Name: 'shop' }));
    await expect(get('tick', 'shop')).rejects.toMatchObject(gone);
    const { ScheduleGroups } = await client.send(new scheduler.ListScheduleGroupsCommand({}));
    expect(ScheduleGroups?.map(({ Name }) => Name)).toEqual(['default']);
    const standard = client.send(new scheduler.DeleteScheduleGroupCommand({ Name: 'default' }));
    await expect(standard).rejects.toMatchObject({ name: 'ValidationException' });
  });
});

describe('what this service does not do', () => {
  it('is refused by name', async () => {
    const refused = async (more: Partial<scheduler.CreateScheduleCommandInput>, word: string) => {
      await expect(create('rate(1 hour)', more)).rejects.toMatchObject({
        name: 'ValidationException',
        message: expect.stringContaining(word) as string,
      });
    };
    const target = { Arn: functionArn, RoleArn };
    const machine = 'arn:aws:states:eu-west-1:000000000000:stateMachine:m';
    await refused({ FlexibleTimeWindow: { Mode: 'FLEXIBLE', MaximumWindowInMinutes: 5 } }, 'FlexibleTimeWindow');
    await refused({ Target: { ...target, Arn: 'arn:aws:sqs:eu-west-1:000000000000:q' } }, 'Target.Arn');
    await refused(
      { Target: { ...target, DeadLetterConfig: { Arn: 'arn:aws:sqs:eu-west-1:000000000000:q' } } },
      'DeadLetterConfig',
    );
    await refused({ Target: { ...target, Input: '<aws.scheduler.attempt-number>' } }, 'attempt-number');
    await refused({ Target: { Arn: machine, RoleArn, Input: 'no JSON' } }, 'Input');
    await refused({ ScheduleExpressionTimezone: 'Mars/Olympus' }, 'ScheduleExpressionTimezone');
    await refused({ ScheduleExpression: 'cron(nothing)' }, 'Invalid Schedule Expression');
    await refused({ KmsKeyArn: 'arn:aws:kms:eu-west-1:000000000000:key/1' }, 'KmsKeyArn');
    const tags = client.send(new scheduler.ListTagsForResourceCommand({ ResourceArn: 'arn:aws:scheduler:x' }));
    await expect(tags).rejects.toMatchObject({ name: 'UnknownOperationException' });
  });
});
