import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Message, Receiver } from '#domain/notification/message.ts';
import { notifiedEvent } from '#schemas/events/notified-events.ts';
import { Refusal } from '#domain/refusal.ts';
import type { Notifier } from '#ports/notifier.ts';
import { givenDeployments } from '#test/contract/adapters/given-deployments.ts';
import { openTestAccount, type TestAccount } from '#test/support/account.ts';
import { manifestSchema } from '#schemas/service/manifest.ts';
import { serviceManifest } from '#test/support/service-manifest.ts';
import { parse } from 'yaml';
import { notify } from '#usecases/notify.ts';
import { sendDigests } from '#usecases/send-digests.ts';

let account: TestAccount;
beforeAll(async () => {
  account = await openTestAccount();
});
afterAll(() => account.close());

const sent: { message: Message; receiver: Receiver }[] = [];
const down = new Set<string>();
beforeEach(() => {
  sent.splice(0);
  down.clear();
});

/** Keeps what it sends; those in `down` cannot be reached. */
const notifier: Notifier = {
  async send(message, receiver) {
    const name = receiver.kind === 'email' ? receiver.address : receiver.webhook;
    if (down.has(name)) throw new Refusal('unavailable', `${name} is down.`, { transient: true });
    if (name === 'gone@example.com') return { kind: 'refused', reason: 'It is gone.' };
    sent.push({ message, receiver });
    return Promise.resolve({ kind: 'sent' });
  },
};
const depsAt = (ms: number) => ({ ...(ms === 0 ? account.deps : account.later(ms)), notifier });

const everything = [
  'deployment.failed',
  'deployment.superseded',
  'deployment.approval_requested',
  'deployment.rollback_failed',
];
const failure = { code: 'step_failed', message: '1 of 14 tests failed.', step: 'test' };
const approval = {
  commit: 'a'.repeat(40),
  artifactDigest: 'd',
  groups: ['owners'],
  quorum: 1,
  expiresAt: '2026-01-02T12:00:00.000Z',
};

/** A service whose deployments tell these addresses. */
async function given(addresses: readonly string[]) {
  const own = givenDeployments(account);
  const notifications = [{ type: 'email', addresses, events: everything }];
  let commits = 0;
  async function deployment(changes: object = {}) {
    const commit = (commits++).toString(16).padStart(40, '0');
    const accepted = await own.accepted({ commit });
    const manifest = manifestSchema.parse({
      ...(parse(serviceManifest({ name: own.service })) as object),
      notifications,
    });
    const after = { ...accepted, manifest, rev: accepted.rev + 1, ...changes };
    return own.commit({ before: accepted, after, events: [], writes: [] });
  }
  return { ...own, deployment };
}

function event(type: string, deployment: { id: string; service: string }, data: unknown, seq = 9) {
  const { id, service } = deployment;
  return notifiedEvent.parse({
    'detail-type': type,
    detail: {
      schemaVersion: 1,
      id: `${id}#${seq}`,
      seq,
      prevHash: 'c'.repeat(64),
      occurredAt: '2026-01-01T12:00:00.000Z',
      correlationId: 'corr',
      traceId: '0'.repeat(32),
      actor: 'ada',
      deploymentId: id,
      service,
      environment: 'staging',
      data,
    },
  });
}
const failed = (deployment: { id: string; service: string }) =>
  event('deployment.failed', deployment, { failure, durationMs: 1 });

describe('an event', () => {
  test('is told to everybody once, however often it comes', async () => {
    const { deployment } = await given(['a@example.com', 'b@example.com']);
    const told = event('deployment.rollback_failed', await deployment(), { failure });
    await Promise.allSettled([notify(depsAt(0), told), notify(depsAt(0), told), notify(depsAt(0), told)]);
    await notify(depsAt(0), told);
    expect(sent.map(({ receiver }) => receiver)).toEqual([
      { kind: 'email', address: 'a@example.com' },
      { kind: 'email', address: 'b@example.com' },
    ]);
  });

  test('reaches the others while one is down, and that one later', async () => {
    const { deployment } = await given(['a@example.com', 'down@example.com', 'gone@example.com']);
    const told = failed(await deployment());
    down.add('down@example.com');
    await expect(notify(depsAt(0), told)).rejects.toMatchObject({ code: 'unavailable', transient: true });
    expect(sent).toHaveLength(1);
    down.clear();
    expect(await notify(depsAt(0), told)).toEqual({ sent: 1, known: 2, refused: [] });
    expect(sent.map(({ receiver }) => receiver)).toContainEqual({ kind: 'email', address: 'down@example.com' });
  });

  test('of a deployment that gave way is told to nobody', async () => {
    const { deployment } = await given(['a@example.com']);
    const gaveWay = await deployment({ status: 'superseded' });
    expect(await notify(depsAt(0), event('deployment.approval_requested', gaveWay, approval))).toBe('outdated');
    expect(sent).toEqual([]);
  });

  test('that asks for an approval is old once nobody waits for it', async () => {
    const { deployment } = await given(['a@example.com']);
    const asked = (status: string) =>
      deployment({ status }).then((each) => notify(depsAt(0), event('deployment.approval_requested', each, approval)));
    expect(await asked('awaiting_approval')).toMatchObject({ sent: 1 });
    expect(await asked('releasing')).toBe('outdated');
  });

  test('nobody asked for is told to nobody', async () => {
    const { deployment } = await given(['a@example.com']);
    expect(await notify(depsAt(0), event('deployment.succeeded', await deployment(), successData))).toBe('nobody');
  });
});
const successData = { commit: 'a'.repeat(40), artifactDigest: 'd', version: '7', url: 'http://orders', durationMs: 1 };

describe('a storm of failures', () => {
  test('is two messages: the first, and one for all that followed', async () => {
    const { deployment, service } = await given(['a@example.com']);
    for (let n = 0; n < 13; n++) await notify(depsAt(0), failed(await deployment()));
    expect(sent.filter(({ message }) => message.service === service)).toHaveLength(1);
    await sendDigests(depsAt(11 * 60_000));
    await sendDigests(depsAt(12 * 60_000));
    const told = sent.filter(({ message }) => message.service === service).map(({ message }) => message.title);
    expect(told).toEqual([`${service}: deployment to staging failed`, `${service}: and 12 more failures in staging`]);
  });

  test('does not hide what a person has to act on at once', async () => {
    const { deployment } = await given(['a@example.com']);
    await notify(depsAt(0), failed(await deployment()));
    await notify(depsAt(0), event('deployment.rollback_failed', await deployment(), { failure }));
    await notify(depsAt(0), event('deployment.rollback_failed', await deployment(), { failure }));
    expect(sent).toHaveLength(3);
  });
});
