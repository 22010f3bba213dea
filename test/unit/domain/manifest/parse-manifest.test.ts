import { expect, test } from 'vitest';
import { parseManifest } from '#domain/manifest/parse-manifest.ts';
import { fullManifest, shortManifest } from './manifest-text.ts';

test('the shortest manifest gets every default', () => {
  expect(parseManifest(shortManifest())).toEqual({
    ok: true,
    manifest: {
      apiVersion: 'deployment-service/v1',
      name: 'orders',
      target: { type: 'lambda', handler: 'index.handler', runtime: 'nodejs24.x', memoryMb: 256, timeoutSeconds: 10 },
      build: {
        arguments: {},
        environment: {},
        bundle: { commands: ['npm run bundle'], output: 'dist', timeoutSeconds: 600 },
        cache: { paths: [] },
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
    },
  });
});

test('every setting of a full manifest is kept as written', () => {
  const parsed = parseManifest(fullManifest);
  if (!parsed.ok) expect.fail(JSON.stringify(parsed.faults));
  const { manifest } = parsed;
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
  expect(manifest.reports).toEqual([{ stage: 'test', type: 'junit', path: 'reports/junit.xml' }]);
  expect(manifest.environments['production']).toEqual({
    variables: { LOG_LEVEL: 'info', EMPTY: '' },
    account: '012345678901',
    region: 'us-gov-west-1',
    role: 'arn:aws:iam::012345678901:role/teams/deploy',
  });
  expect(manifest.healthCheck).toMatchObject({ path: '/health?deep=1', status: 204, bodyContains: 'ok' });
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
