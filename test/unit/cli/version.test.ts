import { execFileSync } from 'node:child_process';
import { cp, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { runDsctl } from '../../../cli/main.ts';
import { givenContext, givenDirectory } from './given-context.ts';

const git = (directory: string, ...command: readonly string[]) =>
  execFileSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@t', '-C', directory, ...command], {
    encoding: 'utf8',
  }).trim();

async function versionOf(checkout: string) {
  const { context, text } = givenContext();
  expect(await runDsctl(['--version'], { ...context, checkout })).toBe(0);
  return text.out;
}

describe('dsctl --version', () => {
  it('says the version of the package, and in a checkout the commit and whether it was changed', async () => {
    await using directory = await givenDirectory();
    const { path } = directory;
    await writeFile(join(path, 'package.json'), '{"version":"1.2.3"}');
    expect(await versionOf(path)).toBe('1.2.3\n');
    git(path, 'init', '-q', '-b', 'main');
    git(path, 'add', '-A');
    git(path, 'commit', '-q', '--no-gpg-sign', '-m', 'one');
    const commit = git(path, 'rev-parse', '--short=7', 'HEAD');
    expect(await versionOf(path)).toBe(`1.2.3 (commit ${commit})\n`);
    await writeFile(join(path, 'package.json'), '{"version":"1.2.4"}');
    expect(await versionOf(path)).toBe(`1.2.4 (commit ${commit}, changed since)\n`);
  });

  it('does not take the commit of a repository that it is only installed in', async () => {
    await using directory = await givenDirectory();
    await writeFile(join(directory.path, 'package.json'), '{"version":"1.2.3"}');
    git(directory.path, 'init', '-q', '-b', 'main');
    git(directory.path, 'add', '-A');
    git(directory.path, 'commit', '-q', '--no-gpg-sign', '-m', 'one');
    const installed = join(directory.path, 'node_modules', 'dsctl');
    await mkdir(installed, { recursive: true });
    await cp(join(directory.path, 'package.json'), join(installed, 'package.json'));
    expect(await versionOf(installed)).toBe('1.2.3\n');
  });
});
