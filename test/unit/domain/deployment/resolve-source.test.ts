import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { resolveSource } from '#domain/deployment/resolve-source.ts';
import type { TargetRef } from '#domain/service/service.ts';
import { aDeployment } from '../../../support/builders.ts';

const digest = (text: string) => createHash('sha256').update(text).digest('hex');
const target: TargetRef = { functionName: 'orders-staging', alias: 'live', url: 'http://orders' };
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
