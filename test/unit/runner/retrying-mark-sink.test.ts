import { describe, expect, it } from 'vitest';
import { MarkRefused } from '#runner/mark-sink.ts';
import { retryingMarkSink } from '#runner/retrying-mark-sink.ts';
import type { StageMark } from '#schemas/workflows/stage-mark.ts';
import { DEPLOYMENT } from './given-plan.ts';

const mark: StageMark = {
  deploymentId: DEPLOYMENT,
  token: 't',
  buildId: 'b',
  run: 1,
  stage: 'test',
  status: 'started',
  at: '2026-01-01T00:00:00.000Z',
};

/** A sink that answers each call with the next of `answers`, and then with success. */
async function post(answers: readonly Error[]) {
  const slept: number[] = [];
  let calls = 0;
  const sink = retryingMarkSink(
    {
      async post() {
        const answer = answers[calls++];
        if (answer) throw answer;
      },
    },
    async (milliseconds) => void slept.push(milliseconds),
  );
  const failure: unknown = await sink.post(mark).then(
    () => undefined,
    (error: unknown) => error,
  );
  return { failure, slept, calls };
}

const unreachable = new Error('connect ECONNREFUSED');

describe('posting a mark', () => {
  it('is tried again after a while, longer each time', async () => {
    expect(await post([unreachable, unreachable, unreachable])).toEqual({
      failure: undefined,
      slept: [500, 1000, 2000],
      calls: 4,
    });
  });

  it('is given up after five repetitions, naming mark and cause', async () => {
    const { failure, calls } = await post(Array.from({ length: 10 }, () => unreachable));
    expect(calls).toBe(6);
    expect(String(failure)).toContain('the mark "test started" could not be delivered: connect ECONNREFUSED');
  });

  it('is not repeated once the mark was refused', async () => {
    const refusal = new MarkRefused('permission_denied');
    expect(await post([unreachable, refusal])).toEqual({ failure: refusal, slept: [500], calls: 2 });
  });
});
