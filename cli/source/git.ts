import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { UsageError } from '../usage-error.ts';

const run = promisify(execFile);

/**
 * The full id of a commit in the repository around `directory`.
 *
 * @param revision anything git understands: a branch, a tag, a short id, `HEAD~1`
 * @throws UsageError when git does not know it
 */
export async function resolveCommit(directory: string, revision: string): Promise<string> {
  if (/^[0-9a-f]{40}$/i.test(revision)) return revision.toLowerCase();
  try {
    const { stdout } = await git(directory, 'rev-parse', '--verify', '--end-of-options', `${revision}^{commit}`);
    return stdout.trim();
  } catch (error) {
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

function git(directory: string, ...command: readonly string[]) {
  return run('git', ['-C', directory, ...command]);
}
