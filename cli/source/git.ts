import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { UsageError } from '../usage-error.ts';

const run = promisify(execFile);

/**
 * The full id of a commit in the repository around `directory`.
 *
 * @param revision anything git understands: a branch, a tag, a short id, `HEAD~1`
 * @throws UsageError when git does not know it, or is not there
 */
export async function resolveCommit(directory: string, revision: string): Promise<string> {
  if (/^[0-9a-f]{40}$/i.test(revision)) return revision.toLowerCase();
  try {
    const { stdout } = await git(directory, 'rev-parse', '--verify', '--end-of-options', `${revision}^{commit}`);
    return stdout.trim();
  } catch (error) {
    if (error instanceof UsageError) throw error;
    throw new UsageError(
      `"${revision}" is no commit in ${directory}.`,
      'Run dsctl inside the repository of the service, or give a full commit id with --commit.',
      error,
    );
  }
}

/** Whether the working tree holds changes that no commit has. */
export async function hasUncommittedChanges(directory: string): Promise<boolean> {
  const { stdout } = await git(directory, 'status', '--porcelain', '--untracked-files=no');
  return stdout.trim() !== '';
}

/** A file of a commit, by its path from the repository's root; `undefined` where it cannot be had. */
export async function readAtCommit(directory: string, commit: string, path: string): Promise<string | undefined> {
  try {
    const { stdout } = await git(directory, 'show', '--end-of-options', `${commit}:${path}`);
    return stdout;
  } catch {
    return undefined;
  }
}

async function git(directory: string, ...command: readonly string[]) {
  try {
    return await run('git', ['-C', directory, ...command]);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
    const hint = 'Install it, or give a full commit id with --commit.';
    throw new UsageError('git is not installed (or not in PATH).', hint, error);
  }
}
