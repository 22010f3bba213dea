import { expect, test } from 'vitest';
import type { ManifestFault } from '#domain/manifest/manifest-fault.ts';
import { parseManifest } from '#domain/manifest/parse-manifest.ts';
import { ecsManifest, shortManifest } from '#test/support/manifest-text.ts';

function onlyFault(text: string): ManifestFault {
  const parsed = parseManifest(text);
  const faults = parsed.ok ? [] : parsed.faults;
  expect(faults).toHaveLength(1);
  return faults[0] ?? expect.fail('no fault');
}

const edited = (from: string | RegExp, to: string): string => shortManifest().replace(from, to);

test.for([
  [
    'an unknown key',
    edited('  runtime', '  memory: 1\n  runtime'),
    '`target.memory` is not a known setting of lambda. Did you mean `memoryMb`?',
  ],
  ['a mistyped target', edited('lambda', 'lamda'), '`target.type` must be lambda or ecs.'],
  ['a target without its type', edited('  type: lambda\n', ''), '`target.type` is required. It must be lambda or ecs.'],
  [
    'a target that is no map',
    edited(/target:\n(?: {2}.*\n)+/, 'target: lambda\n'),
    '`target` must be a map of settings. It is text here.',
  ],
  [
    'a setting of another target',
    edited('  runtime', '  port: 80\n  runtime'),
    '`target.port` is not a known setting of lambda. It belongs to ecs.',
  ],
  [
    'an unknown strategy',
    shortManifest('strategy: { type: sideways, batches: many }'),
    '`strategy.type` must be immediate, rolling, canary, linear or blue_green.',
  ],
  [
    'a setting of another strategy',
    shortManifest('strategy: { type: immediate, batches: 2 }'),
    '`strategy.batches` is not a known setting of immediate. It belongs to rolling.',
  ],
  [
    'a strategy that ECS leaves to CodeDeploy',
    ecsManifest.replace('type: canary', 'type: linear'),
    '`environments.production-eu.strategy.type` must not go with the controller ecs: CodeDeploy does this one, so the ECS service has to be made with target.controller codedeploy.',
  ],
  [
    'a promotion from nowhere',
    edited('{}', '{ promoteFrom: { environment: stagng } }\n  production: {}'),
    '`environments.staging.promoteFrom.environment` must be another environment of this file: production.',
  ],
  [
    'a secret of another service',
    edited('{}', '{ secrets: { TOKEN: "ssm:/billing/token" } }'),
    '`environments.staging.secrets.TOKEN` must begin with ssm:/orders/: a service reads its own secrets only. Store a copy there, or name that one.',
  ],
  [
    'a missing setting',
    edited('    output: dist\n', ''),
    "`build.bundle.output` is required. Directory that becomes the artifact, relative to the repository's root.",
  ],
  [
    'a number for a text',
    edited('[npm run bundle]', '[1]'),
    "`build.bundle.commands[0]` must be text. It is a number here: put it in quotes, '1'.",
  ],
  [
    'a text for a number',
    edited('runtime: nodejs24.x', "runtime: nodejs24.x\n  memoryMb: '256'"),
    '`target.memoryMb` must be a whole number. It is text here: remove the quotes.',
  ],
  [
    'an account without quotes',
    edited('{}', '{ account: 012345678901 }'),
    "`environments.staging.account` must be 12 digits in quotes: a bare number loses its leading zeros. It is a number here: put it in quotes, '012345678901'.",
  ],
  [
    'a boolean variable',
    edited('{}', '{ variables: { A: true } }'),
    '`environments.staging.variables.A` must be text. It is a boolean here: put it in quotes.',
  ],
  [
    'an empty variable',
    edited('{}', '{ variables: { A: } }'),
    "`environments.staging.variables.A` must be text. It is empty here: give it a value, '' for an empty one.",
  ],
  [
    'a text for a list',
    edited('[npm run bundle]', 'npm run bundle'),
    '`build.bundle.commands` must be a list. It is text here: put each item on a line of its own, after "- ".',
  ],
  ['a list for the file', '- a', 'The file must be a map of settings. It is a list here.'],
] as const)('%s is explained with the way out', ([, text, message]) => {
  expect(onlyFault(text).message).toBe(message);
});

test('the value is shown as JSON and cut at 80 characters', () => {
  expect(onlyFault(edited('orders', 'Orders')).value).toBe('"Orders"');
  const { value } = onlyFault(edited('orders', `"${'é"'.replaceAll('"', '\\"').repeat(100)}"`));
  expect(value).toHaveLength(80);
  expect(value).toMatch(/^"é\\"é.*…$/);
});

test('maps and lists are not shown: variables may be in them', () => {
  const fault = onlyFault(edited('{}', '[{ variables: { TOKEN: hunter2 } }]'));
  expect(JSON.stringify(fault)).not.toContain('hunter2');
  expect(fault).not.toHaveProperty('value');
});

test.for([
  ['as a number', edited('{}', '{ variables: { TOKEN: 424242 } }')],
  ['under a bad name', edited('{}', '{ variables: { 9: 424242 } }')],
  ['as the whole of the variables', edited('{}', '{ variables: 424242 }')],
  ['in a mistyped section', edited('{}', '{ varables: { TOKEN: 424242 } }')],
  ['set twice', edited('{}', '{ variables: { TOKEN: "424242", TOKEN: "424242" } }')],
  ['in build arguments', edited('bundle:', 'arguments: { TOKEN: 424242 }\n  bundle:')],
  ['in the build environment', edited('bundle:', 'environment: { TOKEN: [424242] }\n  bundle:')],
  ['in the place of a reference to a secret', edited('{}', '{ secrets: { TOKEN: "s-424242" } }')],
  ['as a number in the place of a reference', edited('{}', '{ secrets: { TOKEN: 424242 } }')],
  [
    'as a variable that is a secret too',
    edited('{}', '{ variables: { A: "424242" }, secrets: { A: "ssm:/orders/a" } }'),
  ],
  [
    'as the address of a webhook',
    shortManifest('notifications: [{ type: slack, webhook: "https://hooks.example/424242" }]'),
  ],
  ['in the variables of previews', shortManifest('preview: { variables: { TOKEN: 424242 } }')],
  ['with a tag', edited('{}', '{ variables: { TOKEN: !x424242 424242 } }')],
  ['with a quote left open', edited('{}', '{ variables: { TOKEN: "424242 } }')],
  ['with a bad escape', edited('{}', '{ variables: { TOKEN: "\\q424242" } }')],
  ['with text after it', edited('{}', '{ variables: { TOKEN: "a" 424242 } }')],
  ['as an alias to nothing', edited('{}', '{ variables: { TOKEN: *424242 } }')],
  ['with a character that cannot be passed on', edited('{}', '{ variables: { TOKEN: "424242\\0" } }')],
] as const)("a variable's value is never repeated: %s", ([, text]) => {
  const parsed = parseManifest(text);
  expect(parsed.ok).toBe(false);
  expect(JSON.stringify(parsed)).not.toContain('424242');
});
