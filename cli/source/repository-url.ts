import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

/** A directory as a `file://` address; anything else as it is, for the service to judge. */
export function repositoryUrl(cwd: string, repository: string): string {
  const path = resolve(cwd, repository);
  return !repository.includes('://') && statSync(path, { throwIfNoEntry: false })?.isDirectory()
    ? pathToFileURL(path).href
    : repository;
}
