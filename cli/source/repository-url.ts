import { existsSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { UsageError } from '../usage-error.ts';

/**
 * A directory as a `file://` address; an address elsewhere as it is, for the service to judge.
 *
 * @throws UsageError when a place of this machine holds no git repository
 */
export function repositoryUrl(cwd: string, repository: string): string {
  if (repository.startsWith('file://')) {
    requireRepository(pathOf(repository));
    return repository;
  }
  const path = resolve(cwd, repository);
  // `git@host:orders.git` is no path, unless there is one.
  if (repository.includes(':') && (repository.includes('://') || !existsSync(path))) return repository;
  requireRepository(path);
  return pathToFileURL(path).href;
}

function pathOf(url: string): string {
  try {
    return fileURLToPath(url);
  } catch (error) {
    throw new UsageError(`${url} is no directory of this machine.`, 'Write it as file:///srv/git/orders.', error);
  }
}

/** Git itself looks beside a name for one that ends in `.git`; it does not look in the folders above. */
function requireRepository(path: string): void {
  if ([path, `${path}.git`].some(isRepository)) return;
  if (!statSync(path, { throwIfNoEntry: false })?.isDirectory()) {
    throw new UsageError(`The repository ${path} does not exist.`, 'Give a URL, or a directory of this machine.');
  }
  throw new UsageError(`${path} is no git repository.`, 'Give the directory that "git init" or "git clone" made.');
}

/** With a working tree, a link to another one's, or bare. */
function isRepository(path: string): boolean {
  return existsSync(join(path, '.git')) || ['HEAD', 'objects', 'refs'].every((name) => existsSync(join(path, name)));
}
