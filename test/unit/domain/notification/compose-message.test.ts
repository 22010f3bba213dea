import { describe, expect, test } from 'vitest';
import { notifiedEvent, type NotifiedEvent } from '#schemas/events/notified-events.ts';
import { messageOf } from '#domain/notification/compose-message.ts';
import { aDeployment, depId } from '#test/support/builders.ts';

const failure = { code: 'step_failed', message: '1 of 14 tests failed.', step: 'test' };

function event(type: string, data: unknown): NotifiedEvent {
  return notifiedEvent.parse({
    'detail-type': type,
    detail: {
      schemaVersion: 1,
      id: `${depId()}#9`,
      seq: 9,
      prevHash: 'c'.repeat(64),
      occurredAt: '2026-01-01T12:00:00.000Z',
      correlationId: 'corr',
      traceId: '0'.repeat(32),
      actor: 'ada',
      deploymentId: depId(),
      service: 'orders',
      environment: 'staging',
      data,
    },
  });
}

const started = { commit: 'a'.repeat(40), run: 1, queueWaitMs: 5 };

const deployment = aDeployment({
  source: { tree: 't', subject: 'Add shipping', author: 'Ada', key: 'k' },
  actorEmail: 'ada@example.com',
});
const told = (type: string, data: unknown) => messageOf(event(type, data), deployment, 'https://deploy.example.com/1');

describe('what people are told', () => {
  const waiting = {
    commit: 'a'.repeat(40),
    artifactDigest: 'd',
    groups: ['release-engineers', 'owners'],
    quorum: 2,
    expiresAt: '2026-01-02T12:00:00.000Z',
  };
  test.each([
    ['deployment.started', started, 'orders: on its way to staging', []],
    [
      'deployment.cancelled',
      { reason: 'wrong commit', durationMs: 1 },
      'orders: deployment to staging cancelled',
      ['Why: wrong commit'],
    ],
    [
      'deployment.failed',
      { failure, durationMs: 1 },
      'orders: deployment to staging failed',
      ['Why: 1 of 14 tests failed. (test, step_failed)'],
    ],
    [
      'deployment.approval_requested',
      waiting,
      'orders: waits for approval to go to staging',
      ['Needs 2 approvals from release-engineers or owners, until 2026-01-02T12:00:00.000Z'],
    ],
    [
      'deployment.rolled_back',
      { failure, fromVersion: '7', toVersion: '6', durationMs: 1 },
      'orders: release to staging was taken back',
      ['Version 6 serves again, version 7 does not', 'Why: 1 of 14 tests failed. (test, step_failed)'],
    ],
    [
      'deployment.rollback_failed',
      { failure },
      'orders: a bad release to staging COULD NOT be taken back',
      ['Why: 1 of 14 tests failed. (test, step_failed)'],
    ],
  ])('%s', (type, data, title, why) => {
    const message = told(type, data);
    expect(message.title).toBe(title);
    expect(message.lines).toEqual(['Commit aaaaaaa: Add shipping', 'By ada@example.com', ...why]);
    expect(message.link).toBe('https://deploy.example.com/1');
  });

  test("names what to do, in the failure's own words where it has them", () => {
    expect(
      told('deployment.failed', { failure: { ...failure, nextAction: 'Fix it.' }, durationMs: 1 }).nextAction,
    ).toBe('Fix it.');
    expect(told('deployment.approval_requested', waiting).nextAction).toContain(`dsctl approve ${depId()}`);
  });

  test('is the same message however often the event comes', () => {
    expect(told('deployment.started', started).id).toBe(`${depId()}#9`);
  });
});

describe('what somebody else wrote', () => {
  const subjectOf = (subject: string) =>
    messageOf(
      event('deployment.started', started),
      aDeployment({ source: { tree: 't', subject, author: 'A', key: 'k' } }),
      undefined,
    ).lines[0];

  test('loses what looks like a credential', () => {
    expect(subjectOf('use ghp_0123456789abcdefABCDEF0123456789abcd now')).toBe('Commit aaaaaaa: use *** now');
  });

  test('stays one line, without characters that do not print', () => {
    expect(subjectOf('a\r\nBcc: x@example.com\u202E\u0000 end')).toBe('Commit aaaaaaa: a Bcc: x@example.com end');
  });

  test('is cut where it is too long', () => {
    expect(subjectOf('ü'.repeat(5000))).toHaveLength(500);
    expect(subjectOf('😀'.repeat(5000))?.isWellFormed()).toBe(true);
  });
});
