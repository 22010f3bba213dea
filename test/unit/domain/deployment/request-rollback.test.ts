import { describe, expect, test } from 'vitest';
import { completeRollback } from '#domain/deployment/complete-rollback.ts';
import type { Deployment } from '#domain/deployment/deployment.ts';
import { lockedByTwin, requestRollback } from '#domain/deployment/request-rollback.ts';
import { parseManifest } from '#domain/manifest/parse-manifest.ts';
import { aDeployment, aRelease, depId, moment } from '#test/support/builders.ts';
import { serviceManifest } from '#test/support/service-manifest.ts';

const parsed = parseManifest(serviceManifest());
const manifest = parsed.ok ? parsed.manifest : undefined;
const artifact = {
  format: 'zip',
  digest: 'd'.repeat(64),
  key: 'k',
  sizeBytes: 10,
  identity: 'i',
  signatureKey: 's',
} as const;
const source = { tree: 't'.repeat(40), subject: 'Adds shipping', author: 'Ada', key: 'sources/t' };

const to: Deployment = aDeployment({
  id: depId(1),
  status: 'succeeded',
  commit: 'b'.repeat(40),
  release: aRelease({ version: '3' }),
  artifact,
  source,
  identity: 'i',
  ...(manifest && { manifest }),
});
const request = { id: depId(9), correlationId: 'c', traceId: '1'.repeat(32), rollbackOf: depId(2), reason: 'too slow' };

const decided = () => requestRollback(to, request, moment(60, 'grace'));

describe('asking for a rollback', () => {
  test('makes a deployment of its own that takes over what the release was made of, and nothing that it did', () => {
    const { after, before } = decided();
    expect(before).toBeUndefined();
    expect(after).toMatchObject({
      id: depId(9),
      kind: 'rollback',
      status: 'queued',
      commit: to.commit,
      rollbackOf: depId(2),
      rollbackTo: depId(1),
      rollbackReason: 'too slow',
      actor: 'grace',
      artifact,
      source,
      identity: 'i',
    });
    for (const name of ['release', 'approvalRule', 'approval', 'fence', 'startedAt', 'builds'] as const) {
      expect(after, name).not.toHaveProperty(name);
    }
  });

  test('takes the lock of the commit, and a place in front of everything that waits', () => {
    const { writes, events } = decided();
    expect(writes).toMatchObject([
      { kind: 'take-lock', deployment: { commit: to.commit } },
      { kind: 'join-queue', waiter: { deploymentId: depId(9), priority: 0 } },
    ]);
    expect(events.map(({ type }) => type)).toEqual(['deployment.queued']);
  });

  test.each<[string, Partial<Deployment>]>([
    ['a rollback', { kind: 'rollback' }],
    ['one that failed', { status: 'failed' }],
    ['one that is on its way', { status: 'verifying' }],
  ])('is refused for %s', (_, change) => {
    expect(() => requestRollback({ ...to, ...change }, request, moment())).toThrow('brought out no release');
  });

  test('while the commit is on its way says with what, and how to get past it', () => {
    const running = lockedByTwin(to, aDeployment({ id: depId(5), status: 'releasing' }));
    expect([running.code, running.message]).toEqual([
      'conflict',
      `Commit bbbbbbb is on its way to staging with a deployment already, ${depId(5)}. It was told to step aside; ask again when that is over: dsctl status ${depId(5)} --watch`,
    ]);
    const back = lockedByTwin(to, aDeployment({ id: depId(5), kind: 'rollback', status: 'verifying' }));
    expect(back.message).toContain('with a rollback already');
  });
});

const putBy = (writes: readonly { readonly kind: string }[]) =>
  writes.map(({ kind }) => kind).filter((kind) => kind.startsWith('put-'));

describe('the end of a rollback', () => {
  const rollback: Deployment = {
    ...decided().after,
    status: 'verifying',
    fence: 4,
    release: aRelease({ version: '3', baselineVersion: '5' }),
  };
  const replaced = aDeployment({ id: depId(2), status: 'succeeded', release: aRelease({ version: '5' }) });

  test('tells what it took away in the same transaction, under the id of that one', () => {
    const { writes, events, alongside } = completeRollback(rollback, replaced, moment(90));
    expect(events.map(({ type }) => type)).toEqual(['deployment.succeeded']);
    expect(putBy(writes)).toEqual(['put-current-release', 'put-rollback-record']);
    expect(writes.map(({ kind }) => kind)).toEqual(expect.arrayContaining(['free-lock', 'free-slot']));
    expect(alongside?.before).toBe(replaced);
    expect(alongside?.after).toMatchObject({ status: 'succeeded', rolledBackBy: depId(9) });
    expect(alongside?.events).toMatchObject([
      {
        aggregate: depId(2),
        type: 'deployment.rolled_back',
        detail: {
          deploymentId: depId(2),
          data: {
            fromVersion: '5',
            toVersion: '3',
            rolledBackBy: depId(9),
            failure: { code: 'cancelled', message: 'Rolled back to commit bbbbbbb by grace: too slow' },
          },
        },
      },
    ]);
  });

  test.each<[string, Deployment]>([
    ['the release itself', to],
    ['a rollback to it', { ...replaced, kind: 'rollback', rollbackTo: to.id, release: aRelease({ version: '3' }) }],
  ])('that only made sure of %s takes nothing away, and leaves what is on record', (_, serving) => {
    const { writes, alongside } = completeRollback(rollback, serving, moment(90));
    expect(alongside).toBeUndefined();
    expect(putBy(writes)).toEqual([]);
  });

  test('that had to make the version anew is on record with it, though the release is the same', () => {
    const anew = { ...rollback, release: aRelease({ version: '8' }) };
    const { writes } = completeRollback(anew, to, moment(90));
    expect(putBy(writes)).toEqual(['put-current-release']);
  });

  test('that somebody cancelled is no success', () => {
    const cancel = { by: 'ada', at: moment().at };
    expect(() => completeRollback({ ...rollback, cancel }, replaced, moment(90))).toThrow('Cancelled by ada');
  });
});
