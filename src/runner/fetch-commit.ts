import { causeOf, fetchFailure } from './fetch-failure.ts';
import { type Git, gitOutput } from './git.ts';
import { RunnerFailure } from './runner-failure.ts';

/** Where commits are fetched from. */
export interface Remote {
  readonly address: string;
  /** The address that people know it by. */
  readonly shown: string;
  readonly hasCredentials: boolean;
}

/**
 * Brings exactly `commit` into git's own repository, shallow where the server gives a commit by its id, otherwise with
 * all branches and tags.
 *
 * @throws RunnerFailure when the repository cannot be reached or has no such commit
 */
export async function fetchCommit(git: Git, remote: Remote, commit: string): Promise<void> {
  const { address: repository, shown } = remote;
  // Before `--` reaches git: some transports hand the address on to a program of their own.
  if (repository.startsWith('-')) throw new RunnerFailure(`not an address of a repository: ${repository}`);
  await gitOutput(git, 'init', '--quiet', '--bare', '--template=');

  const fetch = ['fetch', '--quiet', '--no-tags', '--no-recurse-submodules', '--no-write-fetch-head'];
  const exact = await git(...fetch, '--depth=1', '--', repository, commit);
  if (exact.code !== 0) {
    // Asked for in another way, the server would say the same again.
    const cause = causeOf(exact.stderr, remote.hasCredentials);
    if (cause) throw fetchFailure(cause, withoutSecrets(`${shown}: ${lastWords(exact.stderr)}`));
    const all = await git(...fetch, '--', repository, '+refs/heads/*:refs/heads/*', '+refs/tags/*:refs/tags/*');
    if (all.code !== 0) {
      const why = causeOf(all.stderr, remote.hasCredentials) ?? 'unreachable';
      throw fetchFailure(why, withoutSecrets(`${shown}: ${lastWords(all.stderr)}`), all.stderr);
    }
  }

  const type = await git('cat-file', '-t', commit);
  if (type.code !== 0) {
    throw fetchFailure('noCommit', `${commit} in ${withoutSecrets(shown)}`);
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
