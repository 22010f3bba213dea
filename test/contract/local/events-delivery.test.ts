import * as eb from '@aws-sdk/client-eventbridge';
import { describe, expect, it } from 'vitest';
import { virtualClock } from '#local/clock.ts';
import { arnOf, detailOf, entry, ours, useEvents } from './events-host.ts';

const host = useEvents();

describe('delivery', () => {
  it('is tried again with growing pauses until the target takes it', async () => {
    const at: number[] = [];
    host.deliver = async () => {
      at.push((host.clock.now() - Date.UTC(2026, 0, 1)) / 1000);
      if (at.length < 5) throw new Error('not yet');
    };
    await host.rule('r', ours);
    await host.put(entry());
    await host.clock.advance(60_000);
    expect(at).toEqual([0, 1, 3, 7, 15]);
    expect(host.local.deadLetters()).toEqual([]);
  });

  it('ends as a dead letter when the retries are used up', async () => {
    let tries = 0;
    host.deliver = async () => {
      tries++;
      throw new TypeError('no such function');
    };
    const queue = 'arn:aws:sqs:eu-west-1:000000000000:dead';
    await host.rule('r', ours, { RetryPolicy: { MaximumRetryAttempts: 2 }, DeadLetterConfig: { Arn: queue } });
    const { Entries } = await host.put(entry({ n: 7 }));
    await host.clock.advance(3_600_000);
    expect(tries).toBe(3);
    expect(host.local.deadLetters()).toEqual([
      {
        eventId: Entries?.[0]?.EventId,
        ruleArn: 'arn:aws:events:eu-west-1:000000000000:rule/r',
        targetArn: arnOf('r'),
        deadLetterArn: queue,
        event: expect.objectContaining({ detail: { n: 7 } }) as unknown,
        retries: 2,
        reason: 'MaximumRetryAttempts',
        error: 'TypeError: no such function',
      },
    ]);
  });

  it('ends as a dead letter when the event has grown too old', async () => {
    host.deliver = () => Promise.reject(new Error('down'));
    await host.rule('r', ours, { RetryPolicy: { MaximumEventAgeInSeconds: 60 } });
    await host.put(entry());
    await host.clock.advance(3_600_000);
    expect(host.local.deadLetters()).toMatchObject([{ reason: 'MaximumEventAgeInSeconds', retries: 5 }]);
  });

  it('serves fifty at once and no more, and one that hangs holds up no other', async () => {
    let running = 0;
    let most = 0;
    const held: (() => void)[] = [];
    host.deliver = async (_, event) => {
      most = Math.max(most, ++running);
      await new Promise<void>((resolve) => held.push(resolve));
      running--;
      host.taken.push({ arn: '', event });
    };
    await host.rule('r', ours);
    for (let batch = 0; batch < 12; batch++) await host.put(...Array.from({ length: 10 }, () => entry()));
    await host.clock.advance(0);
    expect(running).toBe(50);
    const first = held.shift();
    while (host.taken.length < 119) {
      for (const release of held.splice(0)) release();
      await host.clock.advance(0);
    }
    expect(most).toBe(50);
    first?.();
    await host.local.idle();
    expect(host.taken).toHaveLength(120);
  });

  it('is host.taken up after a crash, also what was being delivered and what waited for a retry', async () => {
    await host.rule('r', ours);
    host.deliver = (_, event) =>
      (event as { detail: { n: number } }).detail.n === 1
        ? new Promise(() => undefined)
        : Promise.reject(new Error('x'));
    await host.put(entry({ n: 1 }), entry({ n: 2 }));
    await host.clock.advance(0);
    // The first process is gone without a word: its timers are cut off, its answers never come.
    host.clock = virtualClock(host.clock.now());
    host.deliver = async (arn, event) => void host.taken.push({ arn, event });
    host.start();
    host.local.resume();
    host.local.resume();
    await host.clock.advance(2_000);
    expect(host.taken.map((each) => detailOf(each.event))).toEqual([{ n: 1 }, { n: 2 }]);
  });

  it('of one target does not depend on another of the same event', async () => {
    await host.rule('broken', ours);
    await host.rule('sound', ours);
    host.deliver = async (arn, event) => {
      if (arn === arnOf('broken')) throw new Error('down');
      host.taken.push({ arn, event });
    };
    await host.put(entry());
    await host.clock.advance(10_000);
    expect(host.taken).toHaveLength(1);
  });
});

describe('a schedule', () => {
  const every = async (ScheduleExpression: string) => {
    await host.client.send(new eb.PutRuleCommand({ Name: 'tick', ScheduleExpression }));
    await host.client.send(new eb.PutTargetsCommand({ Rule: 'tick', Targets: [{ Id: 't', Arn: arnOf('tick') }] }));
  };

  it('fires at its rate until it is disabled', async () => {
    await every('rate(5 minutes)');
    await host.clock.advance(299_000);
    expect(host.taken).toHaveLength(0);
    await host.clock.advance(601_000);
    expect(host.taken).toHaveLength(3);
    expect(host.taken[0]?.event).toMatchObject({
      source: 'aws.events',
      'detail-type': 'Scheduled Event',
      time: '2026-01-01T00:05:00Z',
      resources: ['arn:aws:events:eu-west-1:000000000000:rule/tick'],
      detail: {},
    });
    await host.client.send(new eb.DisableRuleCommand({ Name: 'tick' }));
    await host.clock.advance(3_600_000);
    expect(host.taken).toHaveLength(3);
  });

  it('keeps its time over a restart, and fires once for all that passed meanwhile', async () => {
    await every('rate(1 hour)');
    await host.clock.advance(600_000);
    await host.local.close();
    host.clock = virtualClock(host.clock.now() + 3 * 3_600_000);
    host.start();
    host.local.resume();
    await host.clock.advance(0);
    expect(host.taken).toHaveLength(1);
    await host.clock.advance(50 * 60_000);
    expect(host.taken).toHaveLength(2);
  });

  it.each(['rate(1 minutes)', 'rate(5 minute)', 'rate(0 minutes)', 'rate(5 seconds)'])('refuses %s', async (text) => {
    await expect(every(text)).rejects.toMatchObject({ name: 'ValidationException' });
  });
});
