import { type Git, gitOutput } from './git.ts';
import { RunnerFailure } from './runner-failure.ts';

/**
 * Brings exactly `commit` into git's own repository, shallow where the server gives a commit by its id, otherwise with
 * all branches and tags.
 *
 * @throws RunnerFailure when the repository cannot be reached or has no such commit
 */
export async function fetchCommit(git: Git, repository: string, commit: string): Promise<void> {
  // Before `--` reaches git: some transports hand the address on to a program of their own.
  if (repository.startsWith('-')) throw new RunnerFailure(`not an address of a repository: ${repository}`);
  await gitOutput(git, 'init', '--quiet', '--bare', '--template=');

  const fetch = ['fetch', '--quiet', '--no-tags', '--no-recurse-submodules', '--no-write-fetch-head'];
  const exact = await git(...fetch, '--depth=1', '--', repository, commit);
  if (exact.code !== 0) {
    const all = await git(...fetch, '--', repository, '+refs/heads/*:refs/heads/*', '+refs/tags/*:refs/tags/*');
    if (all.code !== 0) {
      throw new RunnerFailure(`repository not reachable: ${withoutSecrets(`${repository}: ${lastWords(all.stderr)}`)}`);
    }
  }

  const type = await git('cat-file', '-t', commit);
  if (type.code !== 0) {
    throw new RunnerFailure(`commit not in the repository: ${commit} in ${withoutSecrets(repository)}`);
  }
  if (type.stdout.toString('utf8').trim() !== 'commit') throw new RunnerFailure(`${commit} is not a commit`);
}

/** git says why it gave up in its first `fatal:` line; hints follow. */
function lastWords(stderr: string): string {
  const lines = stderr.trim().split('\n');
  const fatal = lines.find((line) => line.startsWith('fatal: '));
  return (fatal ?? lines.at(-1) ?? '').replace('fatal: ', '');
}

/** An address may carry a user and password; the log is read by more people than may know them. */
export function withoutSecrets(text: string): string {
  return text.replaceAll(/(\w:\/\/)[^/@\s]+@/g, '$1***@');
}
