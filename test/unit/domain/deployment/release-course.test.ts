import { describe, expect, test } from 'vitest';
import type { Release } from '#domain/deployment/deployment.ts';
import { batchPercentOf, courseOf } from '#domain/deployment/release-course.ts';

const lambda = { kind: 'lambda', functionName: 'orders-staging', alias: 'live', url: 'http://orders' } as const;
const ecs = { kind: 'ecs', cluster: 'services', serviceName: 'a', controller: 'ecs', url: 'http://a' } as const;
const immediate = { type: 'immediate' } as const;
const rolling = (batches: number, pauseSeconds = 0) => ({ type: 'rolling', batches, pauseSeconds }) as const;
const settledAt = (percent: number) => ({ settled: true, percent });
const moving = { settled: false, percent: 10 };

function aRelease(changes: Partial<Release> = {}): Release {
  return { target: lambda, version: '3', baselineVersion: '2', trafficMoved: false, ...changes };
}
const movedTo = (percent: number): Partial<Release> => ({
  trafficMoved: true,
  move: { percent, revision: 'r', atMs: 0 },
});

/** The moves of a release in which each is through at once. */
function movesOf(release: Release, strategy: Parameters<typeof courseOf>[1]): number[] {
  const moves: number[] = [];
  let present = release;
  for (;;) {
    const course = courseOf(present, strategy, present.move && settledAt(present.move.percent), 0);
    if (course.kind !== 'move') return moves;
    moves.push(course.percent);
    present = { ...present, ...movedTo(course.percent) };
  }
}

describe('the moves of a release', () => {
  test.each([
    { name: 'immediate', release: aRelease(), strategy: immediate, moves: [100] },
    { name: 'rolling in four', release: aRelease(), strategy: rolling(4), moves: [25, 50, 75, 100] },
    { name: 'rolling in three', release: aRelease(), strategy: rolling(3), moves: [33, 67, 100] },
    {
      name: 'rolling on ECS, which makes the batches itself',
      release: aRelease({ target: ecs }),
      strategy: rolling(4),
      moves: [100],
    },
  ])('$name', ({ release, strategy, moves }) => {
    expect(movesOf(release, strategy)).toEqual(moves);
  });

  test('a first release has nothing that could keep the rest', () => {
    const { baselineVersion: _none, ...first } = aRelease();
    expect(movesOf(first, rolling(4))).toEqual([100]);
  });
});

describe('between two moves', () => {
  const half = aRelease(movedTo(50));

  test.each([
    { name: 'the pause is kept', atMs: 4_000, status: settledAt(50), course: { kind: 'wait', seconds: 5 } },
    { name: 'its rest too', atMs: 28_000, status: settledAt(50), course: { kind: 'wait', seconds: 2 } },
    { name: 'after it comes the next', atMs: 30_000, status: settledAt(50), course: { kind: 'move', percent: 100 } },
    {
      name: 'a move that is not through holds the next',
      atMs: 60_000,
      status: moving,
      course: { kind: 'wait', seconds: 5 },
    },
    { name: 'a young move is looked at sooner', atMs: 1_000, status: moving, course: { kind: 'wait', seconds: 1 } },
  ])('$name', ({ atMs, status, course }) => {
    expect(courseOf(half, rolling(2, 30), status, atMs)).toEqual(course);
  });

  test('a move that somebody else undid is made again', () => {
    expect(courseOf(half, rolling(2, 30), settledAt(0), 4_000)).toEqual({ kind: 'move', percent: 50 });
  });

  test('no wait is longer than a command may take to be seen', () => {
    expect(courseOf(half, rolling(2, 300), settledAt(50), 0)).toEqual({ kind: 'wait', seconds: 5 });
  });
});

describe('a release that does not come up', () => {
  const whole = aRelease({ target: ecs, ...movedTo(100) });

  test('fails with the words of its target', () => {
    const course = courseOf(whole, immediate, { ...moving, problem: 'tasks failed to start.' }, 1_000);
    expect(course).toMatchObject({
      kind: 'failed',
      failure: {
        code: 'step_failed',
        step: 'release',
        message: expect.stringContaining('tasks failed to start.') as string,
      },
    });
  });

  test('fails after half an hour without an end', () => {
    expect(courseOf(whole, immediate, moving, 1_800_000)).toMatchObject({ kind: 'wait' });
    expect(courseOf(whole, immediate, moving, 1_801_000)).toMatchObject({
      kind: 'failed',
      failure: { code: 'timeout' },
    });
  });

  test('that settled in time is released, however late it is asked', () => {
    expect(courseOf(whole, immediate, settledAt(100), 9_000_000)).toEqual({ kind: 'released' });
  });
});

test('ECS replaces as many percent of its tasks at a time as make the batches asked for', () => {
  expect([immediate, rolling(2), rolling(3), rolling(20)].map(batchPercentOf)).toEqual([100, 50, 34, 5]);
});
