import { describe, expect, test } from 'vitest';
import { decide } from '#domain/deployment/decision.ts';
import { isTerminal, mayFollow, transitions } from '#domain/deployment/transitions.ts';
import { deploymentStatus, type DeploymentStatus } from '#schemas/workflows/status.ts';
import { aDeployment, moment } from '../../../support/builders.ts';

const all = deploymentStatus.options;

describe('the transitions of a deployment', () => {
  test('every status can be reached from queued', () => {
    const reached = new Set<DeploymentStatus>(['queued']);
    for (const status of reached) for (const next of transitions[status]) reached.add(next);
    expect([...reached].sort()).toEqual([...all].sort());
  });

  test('from every status that is not terminal a terminal one can be reached', () => {
    const endsIn = (status: DeploymentStatus, seen: readonly DeploymentStatus[] = []): boolean =>
      isTerminal(status) || transitions[status].some((next) => !seen.includes(next) && endsIn(next, [...seen, status]));
    expect(all.filter((status) => !endsIn(status))).toEqual([]);
  });

  test('only a retry leaves a terminal status', () => {
    const leaving = all
      .filter(isTerminal)
      .flatMap((status) => transitions[status].map((next) => `${status} -> ${next}`));
    expect(leaving).toEqual(['failed -> queued', 'cancelled -> queued']);
  });

  test('once traffic moved, nothing but a rollback or a success ends a deployment well', () => {
    expect(mayFollow('verifying', 'cancelled')).toBe(false);
    expect(mayFollow('releasing', 'superseded')).toBe(false);
    expect(mayFollow('rolling_back', 'succeeded')).toBe(false);
  });

  test('a decision refuses what the table does not allow, and names both statuses', () => {
    for (const from of all) {
      for (const to of all.filter((status) => status !== from && !mayFollow(from, status))) {
        const change = () => decide(aDeployment({ status: from }), { status: to }, moment());
        expect(change, `${from} -> ${to}`).toThrow(`A deployment that is ${from} cannot become ${to}.`);
      }
    }
  });

  test('a terminal decision lets go of lock and slot, and says when it ended', () => {
    const { after, writes } = decide(aDeployment({ status: 'verifying' }), { status: 'succeeded' }, moment(5));
    expect(writes.map(({ kind }) => kind)).toEqual(['free-lock', 'free-slot', 'free-runner', 'leave-runner-queue']);
    expect(after.finishedAt).toBe('2026-01-01T12:00:05.000Z');
  });

  test('a deployment that never had the slot gives up its place in the queue and its lock', () => {
    const { fence: _, ...queued } = aDeployment({ status: 'queued' });
    const { writes } = decide(queued, { status: 'superseded' }, moment());
    expect(writes.map(({ kind }) => kind)).toEqual(['leave-queue', 'free-lock']);
  });
});
