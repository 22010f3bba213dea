import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { buildIdentity } from '#domain/manifest/build-identity.ts';
import { parseManifest } from '#domain/manifest/parse-manifest.ts';
import { firstVersionManifest, fullManifest } from '#test/support/manifest-text.ts';

const inputs = { tree: 'a'.repeat(40), toolchain: { node: '24.21.0', image: 'sha256:1' } };

function identityOf(text: string, buildInputs: Parameters<typeof buildIdentity>[1] = inputs): string {
  const parsed = parseManifest(text);
  return parsed.ok ? buildIdentity(parsed.manifest, buildInputs) : expect.fail(JSON.stringify(parsed.faults));
}

test('the identity is canonical JSON of what defines the artifact', () => {
  expect(identityOf(firstVersionManifest)).toBe(
    '{"arguments":{"NODE_ENV":"production"},"commands":{"bundle":["npm run bundle"],"compile":["npm run compile"],' +
      '"install":["npm ci"],"test":["npm test"]},"identity":2,"output":"dist","service":"orders",' +
      '"target":{"runtime":"nodejs22.x","type":"lambda"},"toolchain":{"image":"sha256:1","node":"24.21.0"},' +
      `"tree":"${'a'.repeat(40)}"}`,
  );
});

test.for([
  ['the service', 'name: orders', 'name: orderz'],
  ['an argument', 'NODE_ENV: production', 'NODE_ENV: staging'],
  ['a command', '[npm ci]', '[npm install]'],
  ['the order of commands', "['npm test']", '[a, b]'],
  ['a stage', "  test: { commands: ['npm test'] }\n", ''],
  ['the output', 'output: dist', 'output: out'],
  ['the runtime', 'nodejs22.x', 'nodejs24.x'],
] as const)('%s changes the identity', ([, from, to]) => {
  // The report of the test stage would be a fault without that stage, and it is no part of the identity.
  const text = firstVersionManifest.replace('- { stage: test,', '- { stage: bundle,');
  expect(text).toContain(from);
  expect(identityOf(text.replace(from, to))).not.toBe(identityOf(text));
});

test('a reference to a build secret does not change the identity, nor does how the service is released', () => {
  const without = fullManifest
    .replace(/ {2}secrets: \{ NPM_TOKEN.*\n/, '')
    .replace(/ {4}(?:strategy|approval|scaling): .*\n/, '')
    .replace(/gates:\n.*\n/, '');
  expect(without.length).toBeLessThan(fullManifest.length - 150);
  expect(identityOf(without)).toBe(identityOf(fullManifest));
});

test('the order of commands is part of the identity', () => {
  const swapped = (commands: string): string => identityOf(firstVersionManifest.replace('[npm ci]', commands));
  expect(swapped('[a, b]')).not.toBe(swapped('[b, a]'));
});

test('the tree and the toolchain change the identity', () => {
  const identities = [
    identityOf(firstVersionManifest),
    identityOf(firstVersionManifest, { ...inputs, tree: 'b'.repeat(40) }),
    identityOf(firstVersionManifest, { ...inputs, toolchain: { ...inputs.toolchain, node: '24.22.0' } }),
    identityOf(firstVersionManifest, { ...inputs, toolchain: 'sha256:2' }),
  ];
  expect(new Set(identities).size).toBe(identities.length);
});

test.for([
  ['the build environment', "CI: 'true'", "CI: 'false'"],
  ['a time limit', 'timeoutSeconds: 300', 'timeoutSeconds: 301'],
  ['the cache', 'node_modules, ', ''],
  ['a variable of an environment', 'LOG_LEVEL: debug', 'LOG_LEVEL: trace'],
  ['the health check', 'status: 204', 'status: 200'],
  ['the memory', 'memoryMb: 128', 'memoryMb: 256'],
  ['a comment', 'name: orders', 'name: orders # the best'],
] as const)('%s does not change the identity', ([, from, to]) => {
  expect(firstVersionManifest).toContain(from);
  expect(identityOf(firstVersionManifest.replace(from, to))).toBe(identityOf(firstVersionManifest));
});

test('the order in which arguments and tools are given does not matter', () => {
  const name = fc.stringMatching(/^X_[A-Z]{1,8}$/);
  const record = fc.dictionary(name, fc.stringMatching(/^[a-z0-9 .]*$/), { minKeys: 1, maxKeys: 8 });
  const order = fc.infiniteStream(fc.nat());
  fc.assert(
    fc.property(record, record, order, (variables, tools, ranks) => {
      const shuffled = (value: Record<string, string>): Record<string, string> => {
        const ranked = Object.entries(value).map((entry) => ({ entry, rank: Number(ranks.next().value) }));
        return Object.fromEntries(ranked.sort((a, b) => a.rank - b.rank).map(({ entry }) => entry));
      };
      const withArguments = (value: Record<string, string>): string =>
        firstVersionManifest.replace('{ NODE_ENV: production }', JSON.stringify(value));
      expect(identityOf(withArguments(shuffled(variables)), { tree: 't', toolchain: shuffled(tools) })).toBe(
        identityOf(withArguments(variables), { tree: 't', toolchain: tools }),
      );
    }),
  );
});
