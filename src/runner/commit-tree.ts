import { type Git, gitOutput } from './git.ts';
import { RunnerFailure } from './runner-failure.ts';

export interface TreeEntry {
  /** `100644`, `100755`, `120000` for a symbolic link, `160000` for a submodule. */
  readonly mode: string;
  readonly path: string;
}

const SUBMODULE = '160000';

/** Every file of the commit, directories left out. */
export async function listTree(git: Git, commit: string): Promise<readonly TreeEntry[]> {
  const listing = await gitOutput(git, 'ls-tree', '-r', '-z', '--full-tree', commit);
  return listing
    .toString('utf8')
    .split('\0')
    .filter((line) => line !== '')
    .map((line) => {
      const tab = line.indexOf('\t');
      return { mode: line.slice(0, 6), path: line.slice(tab + 1) };
    });
}

/**
 * The bytes of the manifest in the commit.
 *
 * @throws RunnerFailure when there is none at that path, or something other than a file
 */
export async function readManifest(
  git: Git,
  commit: string,
  entries: readonly TreeEntry[],
  path: string,
): Promise<Uint8Array> {
  const entry = entries.find((each) => each.path === path);
  if (!entry) throw new RunnerFailure(`no service.yaml at "${path}" in commit ${commit}`);
  if (!entry.mode.startsWith('100')) throw new RunnerFailure(`"${path}" in commit ${commit} is not a regular file`);
  return gitOutput(git, 'cat-file', 'blob', `${commit}:${path}`);
}

/** What the repository refers to and the source will not contain, in words for the log. */
export async function describeOmissions(
  git: Git,
  commit: string,
  entries: readonly TreeEntry[],
): Promise<readonly string[]> {
  const omissions: string[] = [];
  const submodules = entries.filter(({ mode }) => mode === SUBMODULE);
  if (submodules.length > 0) {
    const paths = submodules.map(({ path }) => path).join(', ');
    omissions.push(`the repository has submodules; they are not fetched, their directories stay empty: ${paths}`);
  }
  for (const { path } of entries.filter(({ path }) => /(^|\/)\.gitattributes$/.test(path))) {
    const attributes = await gitOutput(git, 'cat-file', 'blob', `${commit}:${path}`);
    if (/\bfilter=lfs\b/.test(attributes.toString('utf8'))) {
      omissions.push(`the repository uses Git LFS (${path}); its large files are not fetched, pointer files stand in`);
    }
  }
  return omissions;
}
