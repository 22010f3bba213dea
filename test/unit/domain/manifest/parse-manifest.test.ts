import { expect, test } from 'vitest';
import type { Manifest } from '#schemas/service/manifest.ts';
import { parseManifest } from '#domain/manifest/parse-manifest.ts';
import { ecsManifest, firstVersionManifest, fullManifest, shortManifest } from '#test/support/manifest-text.ts';

test('the shortest manifest gets every default', () => {
  expect(manifestOf(shortManifest())).toEqual({
    apiVersion: 'deployment-service/v1',
    name: 'orders',
    target: { type: 'lambda', handler: 'index.handler', runtime: 'nodejs24.x', memoryMb: 256, timeoutSeconds: 10 },
    build: {
      arguments: {},
      environment: {},
      bundle: { commands: ['npm run bundle'], output: 'dist', timeoutSeconds: 600 },
      cache: { enabled: true, paths: [] },
    },
    reports: [],
    environments: { staging: { variables: {} } },
    strategy: { type: 'immediate' },
    healthCheck: {
      path: '/health',
      status: 200,
      successes: 2,
      intervalSeconds: 1,
      timeoutSeconds: 5,
      deadlineSeconds: 60,
    },
  });
});

test('a manifest of the first version stays valid and means what it meant', () => {
  const manifest = manifestOf(firstVersionManifest);
  expect(Object.keys(manifest).sort()).toEqual(
    [
      'apiVersion',
      'build',
      'description',
      'environments',
      'healthCheck',
      'name',
      'reports',
      'strategy',
      'target',
    ].sort(),
  );
  expect(manifest.strategy).toEqual({ type: 'immediate' });
  expect(manifest.environments).toEqual({
    staging: { variables: { LOG_LEVEL: 'debug' } },
    production: {
      variables: { LOG_LEVEL: 'info', EMPTY: '' },
      account: '012345678901',
      region: 'us-gov-west-1',
      role: 'arn:aws:iam::012345678901:role/teams/deploy',
    },
    'production-eu': { variables: { LOG_LEVEL: 'info', EMPTY: '' } },
  });
});

test('every setting of a full manifest is kept as written', () => {
  const manifest = manifestOf(fullManifest);
  expect(manifest.target).toEqual({
    type: 'lambda',
    handler: 'src/index.handler',
    runtime: 'nodejs22.x',
    memoryMb: 128,
    timeoutSeconds: 900,
  });
  expect(manifest.build.install).toEqual({ commands: ['npm ci'], timeoutSeconds: 300 });
  expect(manifest.build.compile).toEqual({ commands: ['npm run compile'], timeoutSeconds: 600 });
  expect(manifest.build.cache.paths).toEqual(['node_modules', 'packages/.cache']);
  expect(manifest.reports[1]).toEqual({ stage: 'test', type: 'lcov', path: 'reports/lcov.info' });
  expect(manifest.environments['production']).toEqual({
    variables: { LOG_LEVEL: 'info', EMPTY: '' },
    account: '012345678901',
    region: 'us-gov-west-1',
    role: 'arn:aws:iam::012345678901:role/teams/deploy',
    strategy: { type: 'rolling', batches: 5, pauseSeconds: 30 },
    approval: { groups: ['release-engineers', 'on-call'], quorum: 2, timeoutSeconds: 604_800 },
    promoteFrom: { environment: 'staging', soakSeconds: 600 },
    freeze: [
      { type: 'once', from: '2026-12-20T00:00:00Z', to: '2027-01-04T06:00:00+01:00', reason: 'End of the year' },
      { type: 'weekly', days: ['friday'], from: '16:00', to: '08:00', timeZone: 'Europe/Berlin' },
    ],
    schedule: [
      {
        type: 'weekly',
        days: ['monday', 'tuesday', 'wednesday', 'thursday', 'friday'],
        from: '00:00',
        to: '24:00',
        timeZone: 'UTC',
      },
    ],
  });
  expect(manifest.healthCheck).toMatchObject({ path: '/health?deep=1', status: 204, bodyContains: 'ok' });
});

test('a container service gets the defaults of its target and strategies', () => {
  const manifest = manifestOf(
    ecsManifest.replace(/ {2}(?:controller|port|cpuUnits|memoryMb|stopTimeoutSeconds): .*\n/g, ''),
  );
  expect(manifest.target).toEqual({
    type: 'ecs',
    controller: 'ecs',
    baseImage: 'public.ecr.aws/docker/library/node:24-slim',
    command: ['node', 'server.mjs'],
    port: 8080,
    cpuUnits: 256,
    memoryMb: 512,
    stopTimeoutSeconds: 30,
  });
  expect(manifest.environments['production']?.strategy).toEqual({ type: 'rolling', batches: 4, pauseSeconds: 0 });
  expect(manifest.environments['production-eu']?.strategy).toEqual({
    type: 'canary',
    steps: [10, 25, 50, 100],
    minBakeSeconds: 60,
    maxBakeSeconds: 300,
  });
});

test('an alias stands for what its anchor holds', () => {
  const parsed = parseManifest(fullManifest);
  const variables = parsed.ok ? parsed.manifest.environments['production-eu']?.variables : undefined;
  expect(variables).toEqual({ LOG_LEVEL: 'info', EMPTY: '' });
});

test.for([
  ['a byte order mark', `\uFEFF${shortManifest()}`],
  ['Windows line ends', shortManifest().replaceAll('\n', '\r\n')],
  ['a start and an end of the document', `---\n${shortManifest()}...\n`],
  ['the directive of YAML 1.2', `%YAML 1.2\n---\n${shortManifest()}`],
  ['comments', `# what\n${shortManifest('# end')}`],
  ['words that older YAML takes for booleans', shortManifest('description: yes\n')],
  ['names that JavaScript objects inherit', shortManifest().replace('{}', '{ variables: { constructor: a } }')],
] as const)('%s is accepted, as text and as bytes', ([, text]) => {
  expect(parseManifest(text)).toMatchObject({ ok: true });
  expect(parseManifest(new TextEncoder().encode(text))).toMatchObject({ ok: true });
});

function manifestOf(text: string): Manifest {
  const parsed = parseManifest(text);
  return parsed.ok ? parsed.manifest : expect.fail(JSON.stringify(parsed.faults));
}
