import { describe, expect, test } from 'vitest';
import type { Deployment } from '#domain/deployment/deployment.ts';
import { effectOf, feasibilityOf, hindrancesOf, type RollbackFacts } from '#domain/deployment/rollback-feasibility.ts';
import type { TargetRef } from '#domain/service/service.ts';
import { aDeployment, aRelease } from '#test/support/builders.ts';

const lambda: TargetRef = { kind: 'lambda', functionName: 'orders-staging', alias: 'live', url: 'http://orders' };
const ecs: TargetRef = {
  kind: 'ecs',
  cluster: 'shared',
  serviceName: 'orders-staging',
  controller: 'ecs',
  url: 'http://orders',
};
const artifact = {
  format: 'zip',
  digest: 'd'.repeat(64),
  key: 'artifacts/orders/d.zip',
  sizeBytes: 10,
  identity: 'i',
  signatureKey: 's',
} as const;
const to: Deployment = aDeployment({ status: 'succeeded', artifact, release: aRelease({ target: lambda }) });

/** All is well, but for what is said. */
function facts(but: Partial<RollbackFacts> = {}): RollbackFacts {
  return { to, registered: lambda, artifact: 'present', versionKept: true, serves: false, ...but };
}

const missing = (given: RollbackFacts) => hindrancesOf(feasibilityOf(given)).map(({ check }) => check);

describe('whether a release can be gone back to', () => {
  test.each<[string, Partial<RollbackFacts>, readonly string[]]>([
    ['all is there', {}, []],
    ['its version is gone, and can be made anew', { versionKept: false }, []],
    ['its artifact is gone', { artifact: 'gone' }, ['artifact']],
    ['its artifact is shorter than it was', { artifact: 'changed' }, ['artifact']],
    ['its artifact and its version are gone', { artifact: 'gone', versionKept: false }, ['artifact', 'version']],
    ['its signature is gone', { signatureFault: 'its signature is gone' }, ['signature']],
    [
      'nothing vouches for what its version would be made of',
      { signatureFault: 'no', versionKept: false },
      ['signature', 'version'],
    ],
    ['the target does not answer', { targetFault: 'Target x does not exist.' }, ['target']],
    ['another function is registered', { registered: { ...lambda, functionName: 'moved' } }, ['infrastructure']],
    ['another alias is registered', { registered: { ...lambda, alias: 'blue' } }, ['infrastructure']],
    ['another account is registered', { registered: { ...lambda, account: '222222222222' } }, ['infrastructure']],
    ['another kind is registered', { registered: ecs }, ['infrastructure']],
    ['it serves already', { serves: true }, ['serving']],
    ['it serves, and something is about to replace it', { serves: true, underWay: 'dep_x' }, []],
  ])('%s', (_, but, expected) => {
    expect(missing(facts(but))).toEqual(expected);
  });

  test('an environment that is registered no more is told once as the target, and once as the place', () => {
    const { registered: _, ...unregistered } = facts();
    expect(missing(unregistered)).toEqual(['target', 'infrastructure']);
  });

  test('another address of the same target is the same target', () => {
    expect(missing(facts({ registered: { ...lambda, url: 'https://orders.example.com' } }))).toEqual([]);
  });

  test('every check is told, with words that name what was found', () => {
    const checks = feasibilityOf(facts({ registered: ecs, versionKept: false }));
    expect(checks.map(({ check, ok, message }) => `${ok ? 'ok' : 'no'} ${check}: ${message}`)).toEqual([
      'ok artifact: artifact dddddddddddd is stored',
      'ok signature: the signed statement vouches for it',
      'ok target: shared/orders-staging answers',
      'no infrastructure: it was released to a Lambda function, and the environment is an ECS service now',
      'ok version: version 7 is gone; it is made anew from the artifact',
      'ok serving: another release serves now',
    ]);
  });
});

test.each<[Partial<RollbackFacts>, string]>([
  [{}, 'Gives version 7 all traffic.'],
  [{ versionKept: false }, 'Makes version 7 anew from its signed artifact and gives it all traffic.'],
  [{ underWay: 'dep_x' }, 'Cancels dep_x, then gives version 7 all traffic.'],
  [{ serves: true }, 'Nothing: it serves already.'],
  [{ serves: true, underWay: 'dep_x' }, 'Cancels dep_x, then makes sure that it serves: gives version 7 all traffic.'],
])('what it would do is told as a sentence: %j', (but, expected) => {
  expect(effectOf(facts(but))).toBe(expected);
});
