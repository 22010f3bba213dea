import { expect, test } from 'vitest';
import { parseManifest } from '#domain/manifest/parse-manifest.ts';
import { shortManifest } from '#test/support/manifest-text.ts';

type Row = readonly [what: string, text: string, expected: readonly (readonly unknown[])[]];

/** Code, pointer, line, column, suggestion. */
function summaryOf(text: string): readonly unknown[] {
  const parsed = parseManifest(text);
  if (parsed.ok) return ['parsed'];
  return parsed.faults.map(({ code, pointer, line, column, suggestion }) =>
    suggestion === undefined ? [code, pointer, line, column] : [code, pointer, line, column, suggestion],
  );
}

const edited = (from: string, to: string): string => shortManifest().replace(from, to);

const rows: readonly Row[] = [
  // Lines 1 to 12 are the short manifest; what is appended starts at line 13.
  [
    'a mistyped key at the root',
    edited('name:', 'nmae:'),
    [
      ['missing', '/name', 1, 1],
      ['unknown_key', '/nmae', 2, 1, 'name'],
    ],
  ],
  [
    'a key without its unit',
    edited('  runtime', '  memory: 1\n  runtime'),
    [['unknown_key', '/target/memory', 6, 3, 'memoryMb']],
  ],
  [
    'a key in another style',
    shortManifest('health_check: {}'),
    [['unknown_key', '/health_check', 13, 1, 'healthCheck']],
  ],
  ['a key that is like nothing', shortManifest('zebra: 1'), [['unknown_key', '/zebra', 13, 1]]],
  ['a merge key', edited('staging: {}', 'staging: { <<: {} }'), [['unknown_key', '/environments/staging/<<', 12, 14]]],
  ['a key that needs escapes in a pointer', shortManifest('a/b~c: 1'), [['unknown_key', '/a~1b~0c', 13, 1]]],
  ['a repeated key', shortManifest('name: other'), [['duplicate_key', '/name', 13, 1]]],
  ['a missing setting of a section', edited('    output: dist\n', ''), [['missing', '/build/bundle/output', 8, 3]]],
  [
    'a missing setting of a list item',
    shortManifest('reports:\n  - { stage: bundle, type: junit }'),
    [['missing', '/reports/0/path', 14, 5]],
  ],
  ['a missing section', edited('environments:\n  staging: {}\n', ''), [['missing', '/environments', 1, 1]]],
  ['no environment', edited('\n  staging: {}', ' {}'), [['bad_value', '/environments', 11, 15]]],
  [
    'another version of the file',
    edited('/v1', '/v2'),
    [['unsupported', '/apiVersion', 1, 13, 'deployment-service/v1']],
  ],
  ['a mistyped target', edited('lambda', 'lamda'), [['bad_value', '/target/type', 4, 9, 'lambda']]],
  ['a target without a type', edited('  type: lambda\n', ''), [['missing', '/target/type', 3, 1]]],
  [
    'a target with the settings of another',
    edited('lambda', 'ecs'),
    [
      ['missing', '/target/baseImage', 3, 1],
      ['missing', '/target/command', 3, 1],
      ['unknown_key', '/target/handler', 5, 3],
      ['unknown_key', '/target/runtime', 6, 3],
    ],
  ],
  [
    'a mistyped strategy, without the faults of every other',
    shortManifest('strategy: { type: roling, batches: many, steps: 1 }'),
    [['bad_value', '/strategy/type', 13, 19, 'rolling']],
  ],
  ['a strategy as a word', shortManifest('strategy: rolling'), [['wrong_type', '/strategy', 13, 11]]],
  [
    'an unknown kind of report',
    shortManifest('reports: [{ stage: bundle, type: juint, path: a }]'),
    [['bad_value', '/reports/0/type', 13, 34, 'junit']],
  ],
  [
    'two reports of a stage that are stored under one name',
    shortManifest(
      'reports: [{ stage: bundle, type: junit, path: a/r.xml }, { stage: bundle, type: junit, path: b/r.xml }]',
    ),
    [['bad_value', '/reports/1/path', 13, 94]],
  ],
  [
    'a mistyped stage',
    shortManifest('reports: [{ stage: bundel, type: junit, path: a }]'),
    [['bad_value', '/reports/0/stage', 13, 20, 'bundle']],
  ],
  [
    'a report of a stage that does not run',
    shortManifest('reports: [{ stage: test, type: junit, path: a }]'),
    [['bad_value', '/reports/0/stage', 13, 20]],
  ],
  [
    'a runtime without its end',
    edited('nodejs24.x', 'nodejs24'),
    [['bad_value', '/target/runtime', 6, 12, 'nodejs24.x']],
  ],
  ['a handler without a function', edited('index.handler', 'index'), [['bad_value', '/target/handler', 5, 12]]],
  ['an upper case service name', edited('orders', 'Orders'), [['bad_value', '/name', 2, 7]]],
  ['an empty setting', edited('name: orders', 'name:'), [['wrong_type', '/name', 2, 1]]],
  [
    'a text for a list',
    edited('[npm run bundle]', 'npm run bundle'),
    [['wrong_type', '/build/bundle/commands', 9, 15]],
  ],
  ['no command', edited('[npm run bundle]', '[]'), [['bad_value', '/build/bundle/commands', 9, 15]]],
  [
    'a blank command',
    edited('[npm run bundle]', "['', ' ']"),
    [
      ['bad_value', '/build/bundle/commands/0', 9, 16],
      ['bad_value', '/build/bundle/commands/1', 9, 20],
    ],
  ],
  ['a number for a command', edited('[npm run bundle]', '[1]'), [['wrong_type', '/build/bundle/commands/0', 9, 16]]],
  [
    'numbers out of bounds',
    edited('runtime: nodejs24.x', 'runtime: nodejs24.x\n  memoryMb: 127\n  timeoutSeconds: 901'),
    [
      ['bad_value', '/target/memoryMb', 7, 13],
      ['bad_value', '/target/timeoutSeconds', 8, 19],
    ],
  ],
  [
    'a fraction out of bounds, once',
    edited('runtime: nodejs24.x', 'runtime: nodejs24.x\n  timeoutSeconds: 0.5'),
    [['bad_value', '/target/timeoutSeconds', 7, 19]],
  ],
  [
    'a number in quotes',
    edited('runtime: nodejs24.x', "runtime: nodejs24.x\n  memoryMb: '256'"),
    [['wrong_type', '/target/memoryMb', 7, 13]],
  ],
  [
    'infinity',
    edited('runtime: nodejs24.x', 'runtime: nodejs24.x\n  memoryMb: .inf'),
    [['wrong_type', '/target/memoryMb', 7, 13]],
  ],
  [
    'a bare account number',
    edited('staging: {}', 'staging: { account: 012345678901 }'),
    [['wrong_type', '/environments/staging/account', 12, 23]],
  ],
  [
    'an account with 11 digits',
    edited('staging: {}', "staging: { account: '12345678901' }"),
    [['bad_value', '/environments/staging/account', 12, 23]],
  ],
  [
    'a role of another account',
    edited('staging: {}', "staging: { account: '123456789012', role: 'arn:aws:iam::123456789013:role/a' }"),
    [['bad_value', '/environments/staging/role', 12, 45]],
  ],
  [
    'a bad environment name, and what is wrong inside',
    edited('staging: {}', 'Staging: { regoin: x }'),
    [
      ['bad_name', '/environments/Staging', 12, 3],
      ['unknown_key', '/environments/Staging/regoin', 12, 14, 'region'],
    ],
  ],
  ["a preview's name", edited('staging: {}', 'pr-17: {}'), [['bad_name', '/environments/pr-17', 12, 3]]],
  [
    'a key that would reach into objects',
    edited('staging: {}', 'staging: { variables: { __proto__: a } }'),
    [['bad_name', '/environments/staging/variables/__proto__', 12, 27]],
  ],
  [
    'a health check that cannot end in time by a default',
    shortManifest('healthCheck: { successes: 20, intervalSeconds: 60 }'),
    [['bad_value', '/healthCheck/deadlineSeconds', 13, 1]],
  ],
  [
    'a path of a health check that names a host',
    shortManifest('healthCheck: { path: //evil.example/ }'),
    [['bad_value', '/healthCheck/path', 13, 22]],
  ],
  [
    'an unknown key behind an alias, where it was written',
    edited('staging: {}', 'a: &a { regoin: x }\n  b: *a'),
    [
      ['unknown_key', '/environments/a/regoin', 12, 11, 'region'],
      ['unknown_key', '/environments/b/regoin', 12, 11, 'region'],
    ],
  ],
];

test.for(rows)('%s is a fault where it was written', ([, text, expected]) => {
  expect(summaryOf(text)).toEqual(expected);
});

test.for(['../x', '/x', 'a/../b', 'a/..', '..', '~/x', '-rf', 'a\\b', 'C:x', 'a/*.js', 'a?', ''])(
  'the path "%s" is refused wherever a path goes',
  (path) => {
    const quoted = JSON.stringify(path);
    const text = `${edited('output: dist', `output: ${quoted}\n  cache: { paths: [${quoted}] }`)}reports: [{ stage: bundle, type: junit, path: ${quoted} }]`;
    const parsed = parseManifest(text);
    expect(parsed.ok ? [] : parsed.faults.map(({ code, pointer }) => [code, pointer])).toEqual([
      ['bad_value', '/build/bundle/output'],
      ['bad_value', '/build/cache/paths/0'],
      ['bad_value', '/reports/0/path'],
    ]);
  },
);

test.for(['dist', '.', 'a/b.c', '.next', 'a..b', '...', 'with space'])('the path "%s" is accepted', (path) => {
  expect(parseManifest(edited('output: dist', `output: ${JSON.stringify(path)}`))).toMatchObject({ ok: true });
});

test.for(['AWS_LAMBDA_X', 'CODEBUILD_SRC', 'AWS_REGION', '_HANDLER', 'LAMBDA_TASK_ROOT', '9LIVES', 'a-b', 'a b', ''])(
  'a variable cannot be named "%s"',
  (name) => {
    const quoted = JSON.stringify(name);
    const text = edited('bundle:', `arguments: { ${quoted}: a }\n  bundle:`).replace(
      '{}',
      `{ variables: { ${quoted}: a } }`,
    );
    const parsed = parseManifest(text);
    expect(parsed.ok ? [] : parsed.faults.map(({ code, pointer }) => [code, pointer])).toEqual([
      ['bad_name', `/build/arguments/${name}`],
      ['bad_name', `/environments/staging/variables/${name}`],
    ]);
  },
);

test('a variable in both arguments and environment is a fault at the second', () => {
  const text = edited('bundle:', 'arguments: { A: a }\n  environment: { A: b }\n  bundle:');
  expect(summaryOf(text)).toEqual([['bad_value', '/build/environment/A', 9, 21]]);
});

test('variables larger than Lambda takes beside those of the deployment are a fault of the environment', () => {
  // As JSON: {"A":"é…"}
  const withBytes = (bytes: number): string => edited('{}', `{ variables: { A: ${'é'.repeat((bytes - 8) / 2)} } }`);
  expect(parseManifest(withBytes(3840))).toMatchObject({ ok: true });
  expect(summaryOf(withBytes(3842))).toEqual([['bad_value', '/environments/staging/variables', 12, 25]]);
});

test('faults of every part of a file come together, in the order of the text', () => {
  const text = `${edited('orders', 'X').replace('lambda', 'lamdba').replace('dist', '/').replace('{}', '{ region: 1 }')}reports: [{ stage: test, type: junit, path: a }]\nhealthCheck: { status: 12.5 }\n`;
  expect(summaryOf(text)).toEqual([
    ['bad_value', '/name', 2, 7],
    ['bad_value', '/target/type', 4, 9, 'lambda'],
    ['bad_value', '/build/bundle/output', 10, 13],
    ['wrong_type', '/environments/staging/region', 12, 22],
    ['bad_value', '/reports/0/stage', 13, 20],
    ['bad_value', '/healthCheck/status', 14, 24],
  ]);
});

test('a very long list of faults ends with the number of those left out', () => {
  const keys = Array.from({ length: 130 }, (_, index) => `zebra${index}: 1`).join('\n');
  const parsed = parseManifest(shortManifest(keys));
  const faults = parsed.ok ? [] : parsed.faults;
  expect(faults).toHaveLength(101);
  expect(faults.at(-1)).toMatchObject({ code: 'too_many_faults', line: 113, column: 1 });
  expect(faults.at(-1)?.message).toContain('30 more');
});
