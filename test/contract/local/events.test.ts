import * as eb from '@aws-sdk/client-eventbridge';
import { describe, expect, it } from 'vitest';
import { arnOf, detailOf, entry, ours, useEvents } from './events-host.ts';

const host = useEvents();

describe('buses', () => {
  it('are made, described, listed and removed', async () => {
    const { EventBusArn } = await host.client.send(
      new eb.CreateEventBusCommand({ Name: 'deployments', Description: 'ours' }),
    );
    expect(EventBusArn).toBe('arn:aws:events:eu-west-1:000000000000:event-bus/deployments');
    expect(await host.client.send(new eb.DescribeEventBusCommand({ Name: 'deployments' }))).toMatchObject({
      Name: 'deployments',
      Description: 'ours',
      CreationTime: new Date(host.clock.now()),
    });
    const again = host.client.send(new eb.CreateEventBusCommand({ Name: 'deployments' }));
    await expect(again).rejects.toMatchObject({ name: 'ResourceAlreadyExistsException' });
    const { EventBuses } = await host.client.send(new eb.ListEventBusesCommand({}));
    expect(EventBuses?.map((bus) => bus.Name)).toEqual(['default', 'deployments']);
    await host.rule('r', ours, {}, 'deployments');
    const used = host.client.send(new eb.DeleteEventBusCommand({ Name: 'deployments' }));
    await expect(used).rejects.toMatchObject({ name: 'ValidationException' });
    await host.client.send(new eb.RemoveTargetsCommand({ Rule: 'r', EventBusName: 'deployments', Ids: ['t'] }));
    await host.client.send(new eb.DeleteRuleCommand({ Name: 'r', EventBusName: 'deployments' }));
    await host.client.send(new eb.DeleteEventBusCommand({ Name: 'deployments' }));
    const gone = host.client.send(new eb.DescribeEventBusCommand({ Name: 'deployments' }));
    await expect(gone).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
  });
});

describe('rules', () => {
  it('are described, listed in pages, disabled, enabled and removed', async () => {
    for (const name of ['a', 'b', 'c']) await host.rule(name, ours);
    expect(await host.client.send(new eb.DescribeRuleCommand({ Name: 'a' }))).toMatchObject({
      Arn: 'arn:aws:events:eu-west-1:000000000000:rule/a',
      EventPattern: JSON.stringify(ours),
      State: 'ENABLED',
      EventBusName: 'default',
    });
    const first = await host.client.send(new eb.ListRulesCommand({ Limit: 2 }));
    expect(first.Rules?.map((each) => each.Name)).toEqual(['a', 'b']);
    const second = await host.client.send(new eb.ListRulesCommand({ Limit: 2, NextToken: first.NextToken }));
    expect(second.Rules?.map((each) => each.Name)).toEqual(['c']);
    expect(second.NextToken).toBeUndefined();

    await host.client.send(new eb.DisableRuleCommand({ Name: 'a' }));
    await host.put(entry());
    await host.local.idle();
    expect(host.taken.map((each) => each.arn).toSorted((x, y) => x.localeCompare(y))).toEqual([arnOf('b'), arnOf('c')]);
    await host.client.send(new eb.EnableRuleCommand({ Name: 'a' }));
    await host.put(entry());
    await host.local.idle();
    expect(host.taken).toHaveLength(5);

    await expect(host.client.send(new eb.DeleteRuleCommand({ Name: 'a' }))).rejects.toMatchObject({
      name: 'ValidationException',
    });
    const removed = await host.client.send(new eb.RemoveTargetsCommand({ Rule: 'a', Ids: ['t', 'x'] }));
    expect(removed.FailedEntries).toMatchObject([{ TargetId: 'x', ErrorCode: 'ResourceNotFoundException' }]);
    await host.client.send(new eb.DeleteRuleCommand({ Name: 'a' }));
    const gone = host.client.send(new eb.DescribeRuleCommand({ Name: 'a' }));
    await expect(gone).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
  });

  it('are refused with a bad pattern, without anything to wait for, and on no bus', async () => {
    const refused = (input: Partial<eb.PutRuleCommandInput>) =>
      host.client.send(new eb.PutRuleCommand({ Name: 'r', ...input }));
    await expect(refused({ EventPattern: '{"source": "x"}' })).rejects.toMatchObject({
      name: 'InvalidEventPatternException',
    });
    await expect(refused({})).rejects.toMatchObject({ name: 'ValidationException' });
    await expect(refused({ EventPattern: JSON.stringify(ours), EventBusName: 'none' })).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
    });
    await expect(refused({ ScheduleExpression: 'cron(0 12 * * ? *)' })).rejects.toMatchObject({
      name: 'ValidationException',
      message: expect.stringContaining('rate(…) only') as string,
    });
  });

  it('refuse targets with members that the local endpoint would have to ignore', async () => {
    const withQueue = host.rule('r', ours, { SqsParameters: { MessageGroupId: 'g' } });
    await expect(withQueue).rejects.toMatchObject({
      name: 'ValidationException',
      message: expect.stringContaining('SqsParameters') as string,
    });
    const six = [1, 2, 3, 4, 5, 6].map((n) => ({ Id: `${n}`, Arn: arnOf('x') }));
    const tooMany = host.client.send(new eb.PutTargetsCommand({ Rule: 'r', Targets: six }));
    await expect(tooMany).rejects.toMatchObject({ name: 'LimitExceededException' });
    expect((await host.client.send(new eb.ListTargetsByRuleCommand({ Rule: 'r' }))).Targets).toEqual([]);
  });

  it('try a pattern on an event', async () => {
    const event = { id: '1', account: '0', source: 'a', time: 't', region: 'r', resources: [], 'detail-type': 'd' };
    const test = (pattern: unknown, tried: unknown) =>
      host.client.send(
        new eb.TestEventPatternCommand({ EventPattern: JSON.stringify(pattern), Event: JSON.stringify(tried) }),
      );
    expect((await test({ source: ['a'] }, event)).Result).toBe(true);
    expect((await test({ source: ['b'] }, event)).Result).toBe(false);
    await expect(test({ source: ['a'] }, { source: 'a' })).rejects.toMatchObject({ name: 'ValidationException' });
  });
});

describe('PutEvents', () => {
  it('takes and refuses each entry by itself', async () => {
    await host.rule('r', ours);
    const answer = await host.put(
      entry({ ok: 1 }),
      entry({}, { Detail: '{not json' }),
      entry({}, { Detail: '"text"' }),
      { Source: 's', DetailType: 'd' },
      entry({}, { Source: 'aws.ec2' }),
      entry({}, { EventBusName: 'none' }),
      entry({ ok: 2 }),
    );
    expect(answer.FailedEntryCount).toBe(5);
    expect(answer.Entries?.map((each) => each.ErrorCode)).toEqual([
      undefined,
      'MalformedDetail',
      'MalformedDetail',
      'InvalidArgument',
      'NotAuthorizedForSourceException',
      'InvalidArgument',
      undefined,
    ]);
    await host.local.idle();
    expect(host.taken.map((each) => detailOf(each.event))).toEqual([{ ok: 1 }, { ok: 2 }]);
  });

  it('gives a target the whole envelope', async () => {
    await host.client.send(new eb.CreateEventBusCommand({ Name: 'deployments' }));
    await host.rule('r', ours, {}, 'deployments');
    const EventBusName = 'arn:aws:events:eu-west-1:000000000000:event-bus/deployments';
    const Time = new Date('2025-12-31T23:59:58.900Z');
    const { Entries } = await host.put(entry({ n: 1 }, { EventBusName, Resources: ['arn:x'], Time }), entry({ n: 2 }));
    await host.local.idle();
    expect(host.taken).toEqual([
      {
        arn: arnOf('r'),
        event: {
          version: '0',
          id: Entries?.[0]?.EventId,
          'detail-type': 'deployment.started',
          source: 'deployment-service',
          account: '000000000000',
          time: '2025-12-31T23:59:58Z',
          region: 'eu-west-1',
          resources: ['arn:x'],
          detail: { n: 1 },
        },
      },
    ]);
  });

  it('refuses more than 10 entries or 256 KB as a whole', async () => {
    await host.rule('r', ours);
    await expect(host.put(...Array.from({ length: 11 }, () => entry()))).rejects.toMatchObject({
      name: 'ValidationException',
    });
    const large = entry({ text: 'x'.repeat(140_000) });
    await expect(host.put(large, large)).rejects.toMatchObject({ name: 'ValidationException' });
    await host.local.idle();
    expect(host.taken).toEqual([]);
  });

  it('answers before a target hears of the event', async () => {
    await host.rule('r', ours);
    await host.put(entry());
    expect(host.taken).toEqual([]);
    await host.local.idle();
    expect(host.taken).toHaveLength(1);
  });
});

describe('what a target gets', () => {
  const inputOf = async (more: Partial<eb.Target>): Promise<unknown> => {
    await host.rule('r', ours, more);
    await host.put(entry({ id: 'd-1', env: 'staging', tags: ['x', 'y "z"'], nested: { deep: 1 } }));
    await host.local.idle();
    return host.taken.at(-1)?.event;
  };

  it('may be a constant, or a part of the event', async () => {
    expect(await inputOf({ Input: '{"fixed": true}' })).toEqual({ fixed: true });
    expect(await inputOf({ InputPath: '$.detail.tags[1]' })).toBe('y "z"');
    expect(await inputOf({ InputPath: '$.detail.absent' })).toBeNull();
  });

  it('may be made by a template', async () => {
    const InputPathsMap = { id: '$.detail.id', tag: '$.detail.tags[1]', all: '$.detail', none: '$.detail.none' };
    const made = await inputOf({
      InputTransformer: {
        InputPathsMap,
        InputTemplate:
          '{"text": "<id> has <tag><none>", "all": <all>, "none": <none>, "rule": "<aws.events.rule-name>"}',
      },
    });
    expect(made).toEqual({
      text: 'd-1 has y "z"',
      all: { id: 'd-1', env: 'staging', tags: ['x', 'y "z"'], nested: { deep: 1 } },
      none: null,
      rule: 'r',
    });
    const sentence = { InputPathsMap, InputTemplate: '"<id> is out"' };
    expect(await inputOf({ InputTransformer: sentence })).toBe('d-1 is out');
    const whole = await inputOf({ InputTransformer: { InputTemplate: '<aws.events.event.json>' } });
    expect(whole).toMatchObject({ source: 'deployment-service', detail: { id: 'd-1' } });
  });

  it.each([
    ['two ways at once', { Input: '{}', InputPath: '$.detail' }],
    ['a constant that is no JSON', { Input: '{' }],
    ['a path beyond the subset', { InputPath: '$..detail' }],
    ['a template with an unknown variable', { InputTransformer: { InputTemplate: '"<who>"' } }],
    ['a template that is no JSON', { InputTransformer: { InputTemplate: '{"a": <aws.events.event.json>' } }],
  ])('is refused with %s', async (_, more) => {
    await expect(host.rule('r', ours, more)).rejects.toMatchObject({ name: 'ValidationException' });
  });
});

describe('an archive', () => {
  it('keeps what matches for as long as it says', async () => {
    await host.client.send(new eb.CreateEventBusCommand({ Name: 'deployments' }));
    const EventBusArn = 'arn:aws:events:eu-west-1:000000000000:event-bus/deployments';
    await host.client.send(
      new eb.CreateArchiveCommand({
        ArchiveName: 'audit',
        EventSourceArn: EventBusArn,
        EventPattern: JSON.stringify({ detail: { keep: [true] } }),
        RetentionDays: 90,
      }),
    );
    await host.put(
      entry({ keep: true }, { EventBusName: 'deployments' }),
      entry({ keep: false }, { EventBusName: 'deployments' }),
    );
    await host.put(entry({ keep: true }));
    expect(host.local.archived('deployments').map((event) => event.detail)).toEqual([{ keep: true }]);
    expect(host.local.archived('default')).toEqual([]);
    expect(await host.client.send(new eb.DescribeArchiveCommand({ ArchiveName: 'audit' }))).toMatchObject({
      EventSourceArn: EventBusArn,
      State: 'ENABLED',
      RetentionDays: 90,
      EventCount: 1,
    });
    await host.clock.advance(91 * 86_400_000);
    expect(host.local.archived('deployments')).toEqual([]);
    const again = host.client.send(new eb.CreateArchiveCommand({ ArchiveName: 'audit', EventSourceArn: EventBusArn }));
    await expect(again).rejects.toMatchObject({ name: 'ResourceAlreadyExistsException' });
    const none = host.client.send(new eb.DescribeArchiveCommand({ ArchiveName: 'none' }));
    await expect(none).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
  });
});

it('refuses operations that it does not have', async () => {
  await expect(host.client.send(new eb.ListReplaysCommand({}))).rejects.toMatchObject({
    name: 'UnknownOperationException',
  });
});
