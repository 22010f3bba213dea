import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Git, gitOutput } from './git.ts';

/**
 * Takes precedence over every `.gitattributes`: the archive holds each file of the tree, byte for byte. Otherwise a
 * commit could leave files out of its own build, or a filter of the host could run and change them.
 */
const PLAIN = '* -export-ignore -export-subst -filter -text !eol -ident -working-tree-encoding\n';

/** The whole tree of the commit as a zip; the same commit gives the same bytes with the same git. */
export async function archiveCommit(git: Git, gitDirectory: string, commit: string): Promise<Uint8Array> {
  const info = join(gitDirectory, 'info');
  await mkdir(info, { recursive: true });
  await writeFile(join(info, 'attributes'), PLAIN);
  return gitOutput(git, 'archive', '--format=zip', commit);
}
