import { execFileSync } from 'node:child_process';
import { readFileSync, realpathSync } from 'node:fs';
import { join } from 'node:path';

/** `0.1.0 (commit 057109b)`: the version of the package, and the commit where it is a checkout of its own. */
export function versionText(root: string): string {
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { readonly version: string };
  const commit = commitOf(root);
  return commit === undefined ? version : `${version} (commit ${commit})`;
}

function commitOf(root: string): string | undefined {
  const git = (...command: readonly string[]): string =>
    execFileSync('git', ['-C', root, ...command], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
  try {
    // Of an installed package, the repository around it is somebody else's.
    if (realpathSync(git('rev-parse', '--show-toplevel')) !== realpathSync(root)) return undefined;
    return git('describe', '--always', '--dirty=, changed since', '--abbrev=7', '--exclude=*');
  } catch {
    return undefined;
  }
}
