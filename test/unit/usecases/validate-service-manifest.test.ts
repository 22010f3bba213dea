import { expect, test } from 'vitest';
import { validateServiceManifest } from '#usecases/validate-service-manifest.ts';

const manifest = `apiVersion: deployment-service/v1
name: orders
target: { type: lambda, handler: index.handler, runtime: nodejs24.x }
build: { bundle: { commands: [make], output: dist } }
environments:
  staging: {}
  production: { strategy: { type: canary } }
`;

test('a valid manifest has its name, and nothing to tell', () => {
  const text = manifest.replace('canary', 'rolling');
  expect(validateServiceManifest(text)).toEqual({ valid: true, name: 'orders', faults: [], warnings: [] });
});

test('what is not supported yet is a warning at its place: the file is valid', () => {
  expect(validateServiceManifest(manifest)).toEqual({
    valid: true,
    name: 'orders',
    faults: [],
    warnings: [
      {
        code: 'unsupported',
        pointer: '/environments/production/strategy/type',
        line: 7,
        column: 35,
        message:
          '`environments.production.strategy.type` canary is not supported by this version yet; use immediate or rolling.',
      },
    ],
  });
});

test('for one environment, only what it needs is told', () => {
  expect(validateServiceManifest(manifest, 'staging').warnings).toEqual([]);
  expect(validateServiceManifest(manifest, 'production').warnings).toHaveLength(1);
});

test('a manifest that is not valid has faults and no warnings', () => {
  const verdict = validateServiceManifest(`${manifest}zebra: 1\n`);
  expect(verdict).toMatchObject({ valid: false, faults: [{ pointer: '/zebra', line: 8, column: 1 }], warnings: [] });
});
