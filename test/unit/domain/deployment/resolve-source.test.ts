import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { resolveSource } from '#domain/deployment/resolve-source.ts';
import type { TargetRef } from '#domain/service/service.ts';
import { aDeployment } from '../../../support/builders.ts';

const digest = (text: string) => createHash('sha256').update(text).digest('hex');
const target: TargetRef = { kind: 'lambda', functionName: 'orders-staging', alias: 'live', url: 'http://orders' };
const facts = {
  commit: 'a'.repeat(40),
  tree: 'b'.repeat(40),
  author: { name: 'Ada', email: 'ada@example.test' },
  subject: 'first',
  committedAt: '2026-01-01T12:00:00.000Z',
  sourceKey: 'sources/orders/a.zip',
  manifestPath: 'service.yaml',
};

function manifest(environment: string, name = 'orders', settings = '{}'): string {
  return `
apiVersion: deployment-service/v1
name: ${name}
target: { type: lambda, handler: index.handler, runtime: nodejs24.x }
build: { bundle: { commands: [make], output: dist } }
environments: { ${environment}: ${settings} }
`;
}

const faultsOf = (text: string, registered: TargetRef = target): unknown => {
  try {
    resolve(text, registered);
    return [];
  } catch (error) {
    return (error as { faults: { pointer: string }[] }).faults.map(({ pointer }) => pointer);
  }
};

function resolve(text: string, registered: TargetRef = target, toolchain = 'node:24') {
  return resolveSource(aDeployment(), facts, text, { digest, toolchain, target: registered });
}

describe('the manifest of a commit, for one deployment', () => {
  test('gives the source and an identity that equal content shares', () => {
    const first = resolve(manifest('staging'));
    expect(first.source).toMatchObject({ tree: facts.tree, author: 'Ada' });
    expect(resolve(`# a comment\n${manifest('staging')}`).identity).toBe(first.identity);
  });

  test('has another identity when another toolchain builds it', () => {
    const text = manifest('staging');
    expect(resolve(text, target, 'node:25').identity).not.toBe(resolve(text).identity);
  });

  test('must be that of the service, and must have the environment', () => {
    expect(faultsOf(manifest('staging', 'other'))).toEqual(['/name']);
    expect(faultsOf(manifest('production'))).toEqual(['/environments']);
  });

  test('says every fault with its line when it cannot be read', () => {
    const text = manifest('staging').replace('handler:', 'handle:');
    expect(() => resolve(text)).toThrow(/service\.yaml is not valid: \d+:\d+ /);
  });

  test.each([
    ['account', "'123456789012'"],
    ['region', 'eu-central-1'],
    ['role', 'arn:aws:iam::123456789012:role/deploy'],
  ])('must not name another %s than the environment is registered with', (name, value) => {
    const text = manifest('staging', 'orders', `{ ${name}: ${value} }`);
    expect(faultsOf(text)).toEqual([`/environments/staging/${name}`]);
    const registered = {
      ...target,
      account: '123456789012',
      region: 'eu-central-1',
      deployRole: 'arn:aws:iam::123456789012:role/deploy',
    };
    expect(faultsOf(text, registered)).toEqual([]);
  });
});

describe('what a deployment needs and cannot have', () => {
  const needs = (settings: string, more = ''): string => `${manifest('staging', 'orders', settings)}${more}`;

  test('is refused with its place, before anything is built', () => {
    const text = needs('{ strategy: { type: canary } }', 'gates: [{ name: a, policy: b }]\n');
    expect(faultsOf(text)).toEqual(['/environments/staging/strategy/type', '/gates']);
    expect(() => resolve(text)).toThrow(
      /6:\d+ \/environments\/staging\/strategy\/type .* is not supported by this version/,
    );
  });

  test('does not matter where another environment asks for it', () => {
    expect(faultsOf(needs('{}, production: { strategy: { type: canary } }'))).toEqual([]);
  });

  test('has the strategy of the environment in the manifest that is kept', () => {
    const { manifest: kept } = resolve(needs('{ strategy: { type: rolling, batches: 2 } }'));
    expect(kept.strategy).toEqual({ type: 'rolling', batches: 2, pauseSeconds: 0 });
  });

  test('must be owned by whom the service is registered with', () => {
    const resolveOwned = (owner: string) =>
      resolveSource(aDeployment(), facts, needs('{}', 'owner: shop\n'), {
        digest,
        toolchain: 'node:24',
        target,
        owner,
      });
    expect(() => resolveOwned('billing')).toThrow(
      /7:8 \/owner is "shop", but the service is registered with the owner "billing"/,
    );
    expect(resolveOwned('shop').manifest.owner).toBe('shop');
  });

  test('must run on the kind of target that is registered', () => {
    const place: TargetRef = { kind: 'ecs', cluster: 'c', serviceName: 's', controller: 'ecs', url: 'http://orders' };
    expect(faultsOf(needs('{}'), place)).toEqual(['/target/type']);
    const container = needs('{}').replace(
      /target: .*/,
      "target: { type: ecs, baseImage: 'public.ecr.aws/a/b:1', command: [a] }",
    );
    expect(faultsOf(container, place)).toEqual([]);
    expect(faultsOf(container, { ...place, controller: 'codedeploy' })).toEqual(['/target/controller']);
    expect(faultsOf(container)).toEqual(['/target/type']);
  });
});
