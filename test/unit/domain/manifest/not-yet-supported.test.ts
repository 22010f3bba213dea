import { describe, expect, test } from 'vitest';
import type { Manifest } from '#schemas/service/manifest.ts';
import { notYetSupported } from '#domain/manifest/not-yet-supported.ts';
import { parseManifest } from '#domain/manifest/parse-manifest.ts';
import { strategyOf } from '#domain/manifest/strategy-of.ts';
import { ecsManifest, firstVersionManifest, fullManifest, shortManifest } from '#test/support/manifest-text.ts';

function manifestOf(text: string): Manifest {
  const parsed = parseManifest(text);
  return parsed.ok ? parsed.manifest : expect.fail(JSON.stringify(parsed.faults));
}

const pointersOf = (text: string, environment?: string): readonly string[] =>
  notYetSupported(manifestOf(text), environment).map(({ pointer }) => pointer);

const environment = (settings: string): string => shortManifest().replace('{}', `{ ${settings} }`);
const window = '{ type: weekly, days: [friday], timeZone: UTC }';

describe('what this version does', () => {
  test.for([
    ['the shortest manifest', shortManifest()],
    ['the first version', firstVersionManifest],
    ['rolling', shortManifest('strategy: { type: rolling }')],
    ['an approval', environment('approval: { groups: [a] }')],
    ['a push', environment('deployOn: { branch: main }')],
    ['a promotion', environment('promoteFrom: { environment: b } }\n  b: {')],
    ['secrets', environment("secrets: { A: 'ssm:/orders/a' }")],
    ['notifications', shortManifest('notifications: [{ type: email, addresses: [a@example.com] }]')],
    ['containers and scaling', ecsManifest.replace('type: canary', 'type: immediate')],
    ['lists of nothing', shortManifest('gates: []\ndependencies: []\n')],
  ] as const)('%s has nothing that is not supported', ([, text]) => {
    expect(pointersOf(text)).toEqual([]);
    expect(pointersOf(text, 'staging')).toEqual([]);
  });
});

describe('what a later version will do', () => {
  test.for([
    ['/strategy/type', shortManifest('strategy: { type: canary }')],
    ['/strategy/type', shortManifest('strategy: { type: linear }')],
    ['/strategy/type', shortManifest('strategy: { type: blue_green }')],
    ['/environments/staging/strategy/type', environment('strategy: { type: canary }')],
    [
      '/target/controller',
      ecsManifest
        .replace('controller: ecs', 'controller: codedeploy')
        .replaceAll(/rolling, batches: 4|canary/g, 'linear')
        .concat('strategy: { type: immediate }\n')
        .replace('    scaling: { minimum: 1, maximum: 2 }', '    strategy: { type: linear }'),
    ],
    ['/reports/0/type', shortManifest('reports: [{ stage: bundle, type: lcov, path: a }]')],
    ['/reports/0/type', shortManifest('reports: [{ stage: bundle, type: plan-json, path: a }]')],
    ['/environments/staging/freeze', environment(`freeze: [${window}]`)],
    ['/environments/staging/schedule', environment(`schedule: [${window}]`)],
    ['/gates', shortManifest('gates: [{ name: a, policy: b }]')],
    ['/hooks', shortManifest('hooks: { beforeRelease: { commands: [a] } }')],
    ['/infrastructure', shortManifest('infrastructure: { directory: infra }')],
    ['/dependencies', shortManifest('dependencies: [{ service: payments }]')],
    ['/preview', shortManifest('preview: {}')],
  ] as const)('%s is refused, with a sentence that says so', ([pointer, text]) => {
    expect(pointersOf(text, 'staging')).toContain(pointer);
    const found = notYetSupported(manifestOf(text)).find((each) => each.pointer === pointer);
    expect(found?.code).toBe('unsupported');
    expect(found?.message).toMatch(/^`[A-Za-z.[\]0-9-]+`[a-z_ -]* is not supported by this version yet; .{5,}\.$/);
  });

  test('is told in full for the whole file', () => {
    expect(pointersOf(fullManifest)).toEqual([
      '/environments/production-eu/strategy/type',
      '/environments/production-us/strategy/type',
      '/environments/production-asia/strategy/type',
      '/reports/1/type',
      '/reports/2/type',
      '/reports/3/type',
      '/reports/4/type',
      '/reports/5/type',
      '/environments/production/freeze',
      '/environments/production/schedule',
      '/gates',
      '/hooks',
      '/infrastructure',
      '/dependencies',
      '/preview',
    ]);
  });

  test('does not keep a deployment from an environment that does not need it', () => {
    expect(pointersOf(ecsManifest, 'production-eu')).toEqual(['/environments/production-eu/strategy/type']);
    expect(pointersOf(ecsManifest, 'production')).toEqual([]);
    const replaced = environment('strategy: { type: immediate }').concat('strategy: { type: canary }\n');
    expect(pointersOf(replaced, 'staging')).toEqual([]);
    expect(pointersOf(replaced)).toEqual(['/strategy/type']);
  });
});

test("an environment's strategy goes before the file's", () => {
  const manifest = manifestOf(fullManifest);
  expect(strategyOf(manifest, 'production')).toEqual({ type: 'rolling', batches: 5, pauseSeconds: 30 });
  expect(strategyOf(manifest, 'staging')).toEqual({ type: 'immediate' });
});

test('the place is that of a value, and of the key of a section', () => {
  const parsed = parseManifest(shortManifest('gates:\n  - { name: a, policy: b }\nstrategy:\n  type: canary\n'));
  if (!parsed.ok) expect.fail(JSON.stringify(parsed.faults));
  const placed = parsed.places.place(notYetSupported(parsed.manifest));
  expect(placed.map(({ pointer, line, column }) => [pointer, line, column])).toEqual([
    ['/gates', 13, 1],
    ['/strategy/type', 16, 9],
  ]);
  const absent = parsed.places.place([{ pointer: '/environments/staging/region', message: 'is not there' }]);
  expect(absent).toMatchObject([{ line: 12, column: 3 }]);
});
