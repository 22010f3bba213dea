import { describe, expect, it } from 'vitest';
import type { Deployment } from '#domain/deployment/deployment.ts';
import { planDelivery } from '#domain/delivery/plan-delivery.ts';
import { hindranceOf, promotionsOf } from '#domain/delivery/promotions.ts';
import { parseManifest } from '#domain/manifest/parse-manifest.ts';
import type { EnvironmentState, Service } from '#domain/service/service.ts';
import { serviceManifest } from '#test/support/service-manifest.ts';

function manifestOf(environments: string) {
  const parsed = parseManifest(serviceManifest().replace(/ {2}staging: \{\}\n {2}production: \{\}/, environments));
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.faults));
  return parsed.manifest;
}

const manifest = manifestOf(`  staging: { deployOn: { branch: main } }
  preprod: { deployOn: { branch: release/1 } }
  europe: { promoteFrom: { environment: staging, soakSeconds: 600 } }
  america: { promoteFrom: { environment: staging } }
  asia: { promoteFrom: { environment: europe } }`);

describe('a push goes', () => {
  const service = (...environments: string[]): Service =>
    ({
      name: 'orders',
      manifestPath: 'service.yaml',
      environments: Object.fromEntries(environments.map((name) => [name, {}])),
    }) as never;

  it.each([
    ['main', ['staging']],
    ['release/1', ['preprod']],
    ['release/10', []],
    ['Main', []],
    ['feature/main', []],
  ])('from %s to %j', (branch, environments) => {
    expect(planDelivery(manifest, service('staging', 'preprod'), branch)).toEqual({ environments });
  });

  it('to every environment that wants its branch, as far as they are registered', () => {
    const both = manifestOf('  a: { deployOn: { branch: main } }\n  b: { deployOn: { branch: main } }');
    expect(planDelivery(both, service('a', 'b'), 'main')).toEqual({ environments: ['a', 'b'] });
    expect(planDelivery(both, service('a'), 'main')).toEqual({
      environments: ['a'],
      rejection: {
        code: 'validation_error',
        message: 'Pushes to "main" go to b, which the service is not registered with.',
        nextAction: 'Register the environment.',
      },
    });
  });

  it('nowhere by the manifest of another service', () => {
    const other = { ...service('staging'), name: 'invoices' };
    expect(planDelivery(manifest, other, 'main')).toMatchObject({
      environments: [],
      rejection: { message: expect.stringContaining('is that of "orders"') as string },
    });
    expect(planDelivery(manifest, other, 'elsewhere')).toEqual({ environments: [] });
  });
});

const deployment = (more: Partial<Deployment> = {}): Deployment =>
  ({
    id: 'dep_1',
    kind: 'release',
    status: 'succeeded',
    environment: 'staging',
    commit: 'a',
    artifact: { digest: 'd' },
    manifest,
    ...more,
  }) as never;

describe('a deployment that succeeded goes on', () => {
  it('to the environments that come right after its own', () => {
    expect(promotionsOf(deployment())).toEqual([
      { environment: 'europe', soakSeconds: 600 },
      { environment: 'america', soakSeconds: 0 },
    ]);
    expect(promotionsOf(deployment({ environment: 'europe' }))).toEqual([{ environment: 'asia', soakSeconds: 0 }]);
    expect(promotionsOf(deployment({ environment: 'asia' }))).toEqual([]);
  });

  it.each(['failed', 'rolled_back', 'verifying', 'superseded'] as const)('and one that is %s does not', (status) => {
    expect(promotionsOf(deployment({ status }))).toEqual([]);
  });

  it('and what is gone back to does not', () => {
    expect(promotionsOf(deployment({ kind: 'rollback' as never }))).toEqual([]);
  });

  const state = (current?: object): EnvironmentState =>
    ({ service: 'orders', environment: '', ...(current && { current }) }) as never;
  const serves = { deploymentId: 'dep_1', commit: 'a', artifactDigest: 'd' };

  it.each([
    ['when nothing speaks against it', 'europe', ['europe'], serves, undefined, undefined],
    ['over another commit', 'europe', ['europe'], serves, { ...serves, deploymentId: 'dep_0', commit: 'b' }, undefined],
    ['over other bytes', 'europe', ['europe'], serves, { ...serves, artifactDigest: 'e' }, undefined],
    ['not where nobody asked for it', 'asia', ['asia'], serves, undefined, 'not_wanted'],
    ['not once replaced', 'europe', ['europe'], { ...serves, deploymentId: 'dep_2' }, undefined, 'replaced'],
    ['not when nothing serves', 'europe', ['europe'], undefined, undefined, 'replaced'],
    ['not to what is not registered', 'europe', ['staging'], serves, undefined, 'not_registered'],
    ['not to where it is', 'europe', ['europe'], serves, { ...serves, deploymentId: 'dep_0' }, 'there_already'],
  ])('%s', (_, to, registered, from, target, hindrance) => {
    const around = { registered, from: state(from), target: state(target) };
    expect(hindranceOf(deployment(), to, around)).toBe(hindrance);
  });
});
