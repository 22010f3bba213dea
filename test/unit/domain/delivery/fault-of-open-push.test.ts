import { describe, expect, it } from 'vitest';
import { faultOfOpenPush } from '#domain/delivery/fault-of-open-push.ts';

const push = { service: 'orders', commit: 'a'.repeat(40) };
const settled = { ...push, outcome: { deployments: [] } };

describe('an open push', () => {
  it.each([
    ['whose machine runs', push, 'running'],
    ['that was settled while its machine ran', settled, 'running'],
    ['that its machine settled before it was over', settled, 'ended'],
  ] as const)('%s is left alone', (_, one, machine) => {
    expect(faultOfOpenPush(one, machine)).toBeUndefined();
  });

  it('whose machine is over is at an end, and says what to do', () => {
    expect(faultOfOpenPush(push, 'ended')).toMatchObject({
      code: 'internal_error',
      nextAction: expect.stringMatching(/dsctl deploy orders --environment <name> --commit a{40}$/) as string,
    });
  });
});
