import { describe, expect, test } from 'vitest';
import { eventCatalog } from '#schemas/events/catalog.ts';
import { notifiedEvents } from '#schemas/service/notifications.ts';
import { parseManifest } from '#domain/manifest/parse-manifest.ts';
import { ecsManifest, fullManifest, shortManifest } from '#test/support/manifest-text.ts';

type Row = readonly [what: string, text: string, expected: readonly (readonly [code: string, pointer: string])[]];

/** The short manifest with other environments. */
function withEnvironments(...environments: readonly string[]): string {
  return shortManifest().replace('  staging: {}', environments.map((each) => `  ${each}`).join('\n'));
}

const staging = (settings: string): string => withEnvironments(`staging: { ${settings} }`);

/** A container service of one environment. */
function container({ target = '', environment = '', more = '' }): string {
  return `apiVersion: deployment-service/v1
name: greeter
target: { type: ecs, baseImage: 'public.ecr.aws/docker/library/node:24', command: [node, a.mjs]${target} }
build: { bundle: { commands: [make], output: dist } }
environments: { staging: { ${environment} } }
${more}`;
}

function faultsOf(text: string): readonly (readonly [string, string])[] {
  const parsed = parseManifest(text);
  return parsed.ok ? [] : parsed.faults.map(({ code, pointer }) => [code, pointer] as const);
}

test('variables that Lambda cannot hold are no matter to a container', () => {
  expect(faultsOf(container({ environment: `variables: { A: ${'a'.repeat(10_000)} }` }))).toEqual([]);
});

test('the examples keep every rule', () => {
  expect(faultsOf(fullManifest)).toEqual([]);
  expect(faultsOf(ecsManifest)).toEqual([]);
});

describe('a strategy and what has to run it', () => {
  const strategies = {
    immediate: '{ type: immediate }',
    rolling: '{ type: rolling }',
    'rolling with pauses': '{ type: rolling, pauseSeconds: 10 }',
    'canary with one step before all': '{ type: canary, steps: [10, 100] }',
    'canary with two steps before all': '{ type: canary, steps: [10, 50, 100] }',
    linear: '{ type: linear }',
    blue_green: '{ type: blue_green }',
    'blue_green that ends the old tasks': '{ type: blue_green, terminateAfterSeconds: 60 }',
  } as const;
  const table = {
    lambda: {
      immediate: undefined,
      rolling: undefined,
      'rolling with pauses': undefined,
      'canary with one step before all': undefined,
      'canary with two steps before all': undefined,
      linear: undefined,
      blue_green: undefined,
      'blue_green that ends the old tasks': 'terminateAfterSeconds',
    },
    ecs: {
      immediate: undefined,
      rolling: undefined,
      'rolling with pauses': 'pauseSeconds',
      'canary with one step before all': undefined,
      'canary with two steps before all': undefined,
      linear: 'type',
      blue_green: 'type',
      'blue_green that ends the old tasks': 'type',
    },
    codedeploy: {
      immediate: 'type',
      rolling: 'type',
      'rolling with pauses': 'type',
      'canary with one step before all': undefined,
      'canary with two steps before all': 'steps',
      linear: undefined,
      blue_green: undefined,
      'blue_green that ends the old tasks': undefined,
    },
  } as const;
  const names = Object.keys(strategies) as (keyof typeof strategies)[];
  const rows = (['lambda', 'ecs', 'codedeploy'] as const).flatMap((runner) =>
    names.map((name) => [runner, name, table[runner][name]] as const),
  );

  test.for(rows)('%s: %s', ([runner, name, refused]) => {
    const at = (pointer: string) => (refused === undefined ? [] : [['bad_value', `${pointer}/${refused}`]]);
    const strategy = strategies[name];
    const target = runner === 'lambda' ? '' : `, controller: ${runner}`;
    const shared = `strategy: ${strategy}`;
    expect(faultsOf(runner === 'lambda' ? shortManifest(shared) : container({ target, more: shared }))).toEqual(
      at('/strategy'),
    );
    expect(faultsOf(runner === 'lambda' ? staging(shared) : container({ target, environment: shared }))).toEqual(
      at('/environments/staging/strategy'),
    );
  });

  test('the default is refused where it cannot run, unless every environment has another', () => {
    const target = ', controller: codedeploy';
    expect(faultsOf(container({ target }))).toEqual([['bad_value', '/strategy/type']]);
    expect(faultsOf(container({ target, environment: 'strategy: { type: linear }' }))).toEqual([]);
  });
});

const bad = (...pointers: readonly string[]): Row[2] => pointers.map((pointer) => ['bad_value', pointer] as const);
const own = (more: string): string => staging(`approval: { ${more} }`);

test.for<Row>([
  [
    'steps of a canary that do not grow',
    shortManifest('strategy: { type: canary, steps: [10, 10, 100] }'),
    bad('/strategy/steps/1'),
  ],
  ['a canary that never takes all', shortManifest('strategy: { type: canary, steps: [10] }'), bad('/strategy/steps')],
  [
    'a canary whose shortest time is longer than its longest',
    shortManifest('strategy: { type: canary, minBakeSeconds: 400 }'),
    bad('/strategy/maxBakeSeconds'),
  ],
  [
    'an interval that CodeDeploy cannot count',
    shortManifest('strategy: { type: linear, intervalSeconds: 90 }'),
    bad('/strategy/intervalSeconds'),
  ],
  ['memory out of all bounds, once', container({ target: ', memoryMb: 100' }), bad('/target/memoryMb')],
  ['memory that Fargate does not offer', container({ target: ', memoryMb: 1536' }), bad('/target/memoryMb')],
  [
    'memory that is too little for the CPU',
    container({ target: ', cpuUnits: 4096, memoryMb: 4096' }),
    bad('/target/memoryMb'),
  ],
  ['scaling of a function', staging('scaling: { minimum: 1, maximum: 2 }'), bad('/environments/staging/scaling')],
  [
    'more tasks at least than at most',
    container({ environment: 'scaling: { minimum: 3, maximum: 2 }' }),
    bad('/environments/staging/scaling/maximum'),
  ],
  ['nobody who could approve', own('groups: []'), bad('/environments/staging/approval/groups')],
  ['too many groups', own('groups: [a, b, c, d, e, f]'), bad('/environments/staging/approval/groups')],
  ['a group twice', own('groups: [a, b, a]'), bad('/environments/staging/approval/groups/2')],
  ['a quorum of none', own('groups: [a], quorum: 0'), bad('/environments/staging/approval/quorum')],
  ['a quorum of six', own('groups: [a], quorum: 6'), bad('/environments/staging/approval/quorum')],
  [
    'an approval that may take longer than a week',
    own('groups: [a], timeoutSeconds: 604801'),
    bad('/environments/staging/approval/timeoutSeconds'),
  ],
  [
    'a branch with a wildcard',
    staging("deployOn: { branch: 'release/*' }"),
    bad('/environments/staging/deployOn/branch'),
  ],
  [
    'a branch as a reference',
    staging('deployOn: { branch: refs/heads/main }'),
    bad('/environments/staging/deployOn/branch'),
  ],
  [
    'a promotion from itself',
    staging('promoteFrom: { environment: staging }'),
    bad('/environments/staging/promoteFrom/environment'),
  ],
  [
    'a promotion from an environment that is not there',
    withEnvironments('staging: {}', 'production: { promoteFrom: { environment: stagin } }'),
    bad('/environments/production/promoteFrom/environment'),
  ],
  [
    'promotions in a circle, once',
    withEnvironments(
      'a: { promoteFrom: { environment: c } }',
      'b: { promoteFrom: { environment: a } }',
      'c: { promoteFrom: { environment: b } }',
    ),
    bad('/environments/a/promoteFrom/environment'),
  ],
  [
    'two circles, and an environment that only leads into one',
    withEnvironments(
      'a: { promoteFrom: { environment: b } }',
      'b: { promoteFrom: { environment: a } }',
      'c: { promoteFrom: { environment: a } }',
      'd: { promoteFrom: { environment: d } }',
    ),
    bad('/environments/a/promoteFrom/environment', '/environments/d/promoteFrom/environment'),
  ],
  [
    'a push that passes by the environment before',
    withEnvironments(
      'staging: { deployOn: { branch: main } }',
      'canary: { promoteFrom: { environment: staging } }',
      'production: { deployOn: { branch: main }, promoteFrom: { environment: canary } }',
    ),
    bad('/environments/production/deployOn/branch'),
  ],
  [
    'a name of a variable and a secret at once',
    staging("variables: { A: a }, secrets: { A: 'ssm:/orders/a' }"),
    bad('/environments/staging/secrets/A'),
  ],
  [
    'a name of a build argument and a build secret at once',
    shortManifest().replace('  bundle:', "  arguments: { A: a }\n  secrets: { A: 'ssm:/orders/a' }\n  bundle:"),
    bad('/build/secrets/A'),
  ],
  [
    'secrets of another service, wherever they stand',
    shortManifest("notifications: [{ type: slack, webhook: 'secretsmanager:billing/slack' }]")
      .replace('{}', "{ secrets: { A: 'ssm:/billing/a' } }")
      .replace('  bundle:', "  secrets: { A: 'secretsmanager:ordersx/a' }\n  bundle:"),
    bad('/build/secrets/A', '/environments/staging/secrets/A', '/notifications/0/webhook'),
  ],
  [
    'variables and references to secrets that Lambda cannot hold together',
    staging(`variables: { A: ${'a'.repeat(3700)} }, secrets: { B: 'ssm:/orders/${'b'.repeat(200)}' }`),
    bad('/environments/staging/secrets'),
  ],
  [
    'variables that a task definition cannot hold',
    container({ environment: `variables: { A: ${'a'.repeat(32_768)} }` }),
    bad('/environments/staging/variables'),
  ],
  ['a secret that is no reference', staging('secrets: { A: hunter2 }'), bad('/environments/staging/secrets/A')],
  ['a gate twice', shortManifest('gates: [{ name: a, policy: p }, { name: a, policy: q }]'), bad('/gates/1/name')],
  ['a dependency on itself', shortManifest('dependencies: [{ service: orders }]'), bad('/dependencies/0/service')],
  [
    'a dependency twice',
    shortManifest('dependencies: [{ service: payments }, { service: payments }]'),
    bad('/dependencies/1/service'),
  ],
  [
    'a preview of settings that are not there',
    shortManifest('preview: { settingsFrom: stagin }'),
    bad('/preview/settingsFrom'),
  ],
  [
    'a notification of an environment that is not there',
    shortManifest('notifications: [{ type: email, addresses: [a@example.com], environments: [production] }]'),
    bad('/notifications/0/environments/0'),
  ],
  [
    'an address that is none',
    shortManifest('notifications: [{ type: email, addresses: [nobody] }]'),
    bad('/notifications/0/addresses/0'),
  ],
  [
    'rules that are broken beside faults of single settings',
    withEnvironments('staging: { regoin: x, scaling: { minimum: 1, maximum: 1 } }').replace('dist', '/dist'),
    [
      ['bad_value', '/build/bundle/output'],
      ['unknown_key', '/environments/staging/regoin'],
      ['bad_value', '/environments/staging/scaling'],
    ],
  ],
])('%s', ([, text, expected]) => {
  expect(faultsOf(text)).toEqual(expected);
});

describe('windows', () => {
  const once = (from: string, to: string): string => `{ type: once, from: ${from}, to: ${to} }`;
  const weekly = (settings: string): string => `{ type: weekly, ${settings} }`;

  test.for([
    [once('2026-12-20T00:00:00Z', '2026-12-20T00:00:00+01:00'), 'to'],
    [once('2026-12-20T00:00:00', '2026-12-21T00:00:00Z'), 'from'],
    [once('2026-02-30T00:00:00Z', '2026-12-21T00:00:00Z'), 'from'],
    [once('yesterday', '2026-12-21T00:00:00Z'), 'from'],
    [weekly('days: [friday], timeZone: Europe/Berln'), 'timeZone'],
    [weekly("days: [friday], timeZone: '+01:00'"), 'timeZone'],
    [weekly("days: [friday], timeZone: UTC, from: '9:00'"), 'from'],
    [weekly("days: [friday], timeZone: UTC, from: '24:00'"), 'from'],
    [weekly("days: [friday], timeZone: UTC, to: '24:30'"), 'to'],
    [weekly("days: [friday], timeZone: UTC, from: '10:00', to: '10:00'"), 'to'],
    [weekly('days: [], timeZone: UTC'), 'days'],
    [weekly('days: [fri], timeZone: UTC'), 'days/0'],
    [weekly('days: [friday, friday], timeZone: UTC'), 'days/1'],
    ['{ type: monthly, days: [1] }', 'type'],
  ] as const)('%s is refused', ([window, setting]) => {
    for (const list of ['freeze', 'schedule']) {
      expect(faultsOf(staging(`${list}: [${window}]`))).toEqual(bad(`/environments/staging/${list}/0/${setting}`));
    }
  });

  test.for([
    once('2026-12-20T00:00:00+02:00', '2026-12-20T00:00:00Z'),
    once('2028-02-29T00:00:00.5Z', '2028-03-01T00:00:00Z'),
    weekly("days: [friday], timeZone: America/Argentina/Buenos_Aires, from: '22:00', to: '06:00'"),
    weekly('days: [saturday, sunday], timeZone: UTC'),
  ])('%s is accepted', (window) => {
    expect(faultsOf(staging(`freeze: [${window}]`))).toEqual([]);
  });
});

test('every event that a notification can tell of is one that the service emits', () => {
  const emitted = new Set<string>(eventCatalog.map(({ type }) => type));
  for (const event of notifiedEvents) expect(emitted).toContain(event);
  expect(notifiedEvents.length).toBeGreaterThan(5);
});

test('a word of the file that is nearly right is suggested', () => {
  const suggestionsOf = (text: string): readonly unknown[] => {
    const parsed = parseManifest(text);
    return parsed.ok ? [] : parsed.faults.map(({ suggestion }) => suggestion);
  };
  expect(
    suggestionsOf(withEnvironments('staging: {}', 'production: { promoteFrom: { environment: stagin } }')),
  ).toEqual(['staging']);
  expect(suggestionsOf(shortManifest('preview: { settingsFrom: stging }'))).toEqual(['staging']);
  expect(suggestionsOf(shortManifest('gates: [{ name: a, polcy: b }]'))).toEqual([undefined, 'policy']);
  expect(suggestionsOf(shortManifest('notification: []'))).toEqual(['notifications']);
});
