import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { FailureNotice } from '#ports/notification-log.ts';
import { openTestAccount, uniqueService, type TestAccount } from '#test/support/account.ts';

const minuteMs = 60_000;
let account: TestAccount;
beforeAll(async () => {
  account = await openTestAccount();
});
afterAll(() => account.close());

describe('a message for a receiver', () => {
  const id = (): string => uniqueService();

  test('is given to one of thirty who ask at once', async () => {
    const own = id();
    const log = account.deps.notificationLog;
    const answers = await Promise.all(Array.from({ length: 30 }, () => log.begin(own, 'email:a')));
    expect(answers.filter((answer) => answer === 'send')).toHaveLength(1);
    expect(answers.filter((answer) => answer === 'busy')).toHaveLength(29);
  });

  test('is never given again once it was sent', async () => {
    const own = id();
    const log = account.deps.notificationLog;
    await log.begin(own, 'email:a');
    await log.end(own, 'email:a');
    expect(await log.begin(own, 'email:a')).toBe('sent');
    expect(await account.later(5 * minuteMs).notificationLog.begin(own, 'email:a')).toBe('sent');
    expect(await log.begin(own, 'email:b')).toBe('send');
  });

  test('is given again when it could not be sent, and when whoever had it vanished', async () => {
    const own = id();
    const log = account.deps.notificationLog;
    await log.begin(own, 'email:a');
    await log.release(own, 'email:a');
    expect(await log.begin(own, 'email:a')).toBe('send');
    expect(await log.begin(own, 'email:a')).toBe('busy');
    expect(await account.later(2 * minuteMs).notificationLog.begin(own, 'email:a')).toBe('send');
  });
});

describe('failures that follow each other', () => {
  const notices = (service = uniqueService()) => {
    return (n: number): FailureNotice => ({
      eventId: `dep_${n}#9`,
      service,
      environment: 'staging',
      last: { deploymentId: `dep_${n}`, type: 'deployment.failed', title: `failure ${n}` },
    });
  };
  const mine = async (deps: TestAccount['deps'], service: string) =>
    (await deps.notificationLog.takeDigests(100)).filter((digest) => digest.service === service);

  test('are told of once, and then all together', async () => {
    const notice = notices();
    const { service } = notice(0);
    const log = account.deps.notificationLog;
    expect(await log.admit(notice(1))).toBe('alone');
    const answers = await Promise.all([2, 3, 4, 5, 6].map((n) => log.admit(notice(n))));
    expect(answers).toEqual(['held', 'held', 'held', 'held', 'held']);
    expect(await mine(account.deps, service)).toEqual([]);
    const [digest, ...others] = await mine(account.later(11 * minuteMs), service);
    expect(others).toEqual([]);
    expect(digest).toMatchObject({ service, environment: 'staging', count: 5, since: '2026-01-01T12:00:00.000Z' });
  });

  test('count once, however often their events come', async () => {
    const notice = notices();
    const log = account.deps.notificationLog;
    await log.admit(notice(1));
    await log.admit(notice(2));
    expect(await log.admit(notice(1))).toBe('alone');
    expect(await log.admit(notice(2))).toBe('held');
    expect(await mine(account.later(11 * minuteMs), notice(0).service)).toMatchObject([{ count: 1 }]);
  });

  test('of which there was one only bring no digest, and the next after a while is told of by itself', async () => {
    const notice = notices();
    await account.deps.notificationLog.admit(notice(1));
    const later = account.later(11 * minuteMs);
    expect(await mine(later, notice(0).service)).toEqual([]);
    expect(await later.notificationLog.admit(notice(2))).toBe('alone');
  });

  test('bring a digest again until it is sent, and what fails meanwhile comes into the next', async () => {
    const notice = notices();
    const { service } = notice(0);
    await account.deps.notificationLog.admit(notice(1));
    await account.deps.notificationLog.admit(notice(2));
    const [first] = await mine(account.later(11 * minuteMs), service);
    expect(await mine(account.later(11 * minuteMs), service)).toEqual([]);
    const [again] = await mine(account.later(14 * minuteMs), service);
    expect(again).toMatchObject({ id: first?.id, count: 1 });
    const later = account.later(15 * minuteMs).notificationLog;
    expect(await later.admit(notice(3))).toBe('held');
    if (again) await later.finishDigest(again);
    expect(await mine(account.later(16 * minuteMs), service)).toEqual([]);
    expect(await mine(account.later(22 * minuteMs), service)).toMatchObject([
      { count: 1, last: { title: 'failure 3' } },
    ]);
  });
});
