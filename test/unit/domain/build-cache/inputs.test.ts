import { describe, expect, test } from 'vitest';
import { defaultInputs, hasInstallScript } from '#domain/build-cache/default-inputs.ts';
import { inputMatcher } from '#domain/build-cache/input-patterns.ts';
import { leavesWorkspace } from '#domain/build-cache/leaves-workspace.ts';
import { cacheTrust } from '#domain/build-cache/trust.ts';

describe('patterns of inputs', () => {
  test.each<[readonly string[], readonly string[], readonly string[]]>([
    [['src'], ['src/a.ts', 'src/deep/b.ts', 'src'], ['source/a.ts', 'a/src/b.ts', 'src.ts']],
    [['src/'], ['src/a.ts'], ['srcs/a.ts']],
    [['*.json'], ['a.json', '.json'], ['a/b.json', 'a.jsonc']],
    [['**/*.json'], ['a.json', 'a/b/c.json'], ['a/b/c.js']],
    [['**'], ['a', 'a/b', '.hidden'], []],
    [['packages/*/src/**'], ['packages/a/src/x', 'packages/a/src/x/y'], ['packages/a/b/src/x', 'packages/a/test/x']],
    [['a/**/z'], ['a/z', 'a/b/z', 'a/b/c/z', 'a/z/inside'], ['az', 'a/bz']],
    [['file?.txt'], ['file1.txt', 'fileä.txt'], ['file.txt', 'file/.txt', 'file12.txt']],
    [['**', '!docs', '!**/*.md'], ['src/a.ts'], ['docs/a.ts', 'README.md', 'src/b.md']],
    [['**', '!docs', 'docs/api.json'], ['docs/api.json'], ['docs/other.json']],
    // Names as web frameworks have them; nothing here is an expression.
    [
      ['pages/[id].ts', 'a{b,c}.ts', 'x+(y).ts', '$a^.ts'],
      ['pages/[id].ts', 'a{b,c}.ts', 'x+(y).ts', '$a^.ts'],
      ['pages/i.ts', 'ab.ts', 'xy.ts'],
    ],
  ])('%j', (patterns, within, without) => {
    const { matches } = inputMatcher(patterns);
    expect(within.filter((path) => !matches(path))).toEqual([]);
    expect(without.filter((path) => matches(path))).toEqual([]);
  });

  test('say which of them matched nothing; one that takes out need not', () => {
    const matcher = inputMatcher(['src', 'scr', '!docs']);
    ['src/a', 'b'].forEach(matcher.matches);
    expect(matcher.unused()).toEqual(['scr']);
  });

  test('take time in proportion to the path, whatever the pattern', () => {
    const { matches } = inputMatcher([`${'**/'.repeat(40)}x`, `${'*a'.repeat(20)}b`]);
    const startedAt = performance.now();
    expect(matches(`${'a/'.repeat(200)}y`)).toBe(false);
    expect(matches('a'.repeat(60))).toBe(false);
    expect(performance.now() - startedAt).toBeLessThan(2_000);
  });
});

describe('without inputs of its own', () => {
  test.each<[string, readonly string[]]>([
    ['npm', ['npm ci']],
    ['npm with settings', ['npm ci --omit=dev --no-audit', 'npm --version']],
    ['yarn', ['yarn install --frozen-lockfile']],
    ['pnpm', ['pnpm i --frozen-lockfile']],
  ])('an install by %s reads manifests and lock files', (_, commands) => {
    const { matches } = inputMatcher(defaultInputs('install', commands));
    const read = [
      'package.json',
      'packages/a/package.json',
      'package-lock.json',
      '.npmrc',
      'vendor/lib-1.0.0.tgz',
      '.yarn/patches/x.patch',
    ];
    expect(read.filter((path) => !matches(path))).toEqual([]);
    expect(['src/index.ts', 'README.md', 'my-package.json'].filter(matches)).toEqual([]);
  });

  test.each<[string, 'install' | 'compile' | 'test' | 'bundle', readonly string[]]>([
    ['an install that does something else too', 'install', ['npm ci', 'node scripts/fetch.js']],
    ['an install with something behind it', 'install', ['npm ci && make']],
    ['an install with something in front', 'install', ['sh setup.sh; npm ci']],
    ['an install of one package', 'install', ['npm install ./tools/mine']],
    ['an install in another directory', 'install', ['npm --prefix web ci']],
    ['an install with a substitution', 'install', ['npm ci $(cat flags)']],
    ['a compile', 'compile', ['npm ci']],
    ['a test', 'test', ['npm test']],
    ['a bundle', 'bundle', ['npm run bundle']],
  ])('%s reads everything', (_, stage, commands) => {
    expect(defaultInputs(stage, commands)).toEqual(['**']);
  });

  test.each([
    ['{}', false],
    ['{"scripts":{"build":"tsc","test":"node --test"}}', false],
    ['{"scripts":{"postinstall":"patch-package"}}', true],
    ['{"scripts":{"prepare":"husky"}}', true],
    ['{"scripts":"odd"}', true],
    ['not json', true],
    ['null', true],
  ])('a package.json of %s has a script that an install runs: %s', (text, has) => {
    expect(hasInstallScript(text)).toBe(has);
  });
});

describe('commands that leave something outside of the workspace', () => {
  test.each([
    'pip install -r requirements.txt',
    'python3 -m pip install x',
    'sudo apt-get -y install jq',
    'npm install -g typescript',
    'npm i --global x',
    'go mod download',
    'cargo install just',
    'bundle install',
    'poetry install --no-root',
    'corepack enable',
    'mkdir -p ~/.config',
    'cp -r cache $HOME/.cache',
    'curl -o /usr/local/bin/jq https://example.com',
    'mvn -B package',
    './gradlew build',
    'set -e; uv sync',
  ])('%s', (command) => {
    expect(leavesWorkspace([command])).toBe(true);
  });

  test.each([
    'npm ci',
    'npm run compile 2>/dev/null',
    'tsc -p .',
    'node --test test/*.test.mjs',
    'go build ./...',
    'cargo build --release',
    'cp src/*.mjs dist/',
    'node scripts/install-check.mjs',
    'echo pip is not used',
  ])('not: %s', (command) => {
    expect(leavesWorkspace([command])).toBe(false);
  });
});

test.each([
  ['staging', ['trusted'], 'trusted'],
  ['production', ['trusted'], 'trusted'],
  ['eu-production', ['trusted'], 'trusted'],
  ['pr-17', ['pr-17', 'trusted'], 'pr-17'],
])('builds for %s read %j and write %s', (environment, reads, writes) => {
  expect(cacheTrust(environment)).toEqual({ reads, writes });
});
