import { sourceFacts, type SourceFacts } from '#schemas/workflows/source-facts.ts';
import { type Git, gitOutput } from './git.ts';

/** What git knows of the commit; names are the commit's own, not mapped. */
export async function describeCommit(
  git: Git,
  commit: string,
  stored: Pick<SourceFacts, 'sourceKey' | 'manifestPath'>,
): Promise<SourceFacts> {
  const format = ['%T', '%an', '%ae', '%s', '%cI'].join('%x00');
  const output = await gitOutput(git, 'log', '-1', '--no-color', `--format=${format}`, commit);
  const [tree, name, email, subject, committedAt] = output.toString('utf8').replace(/\n$/, '').split('\0');
  return sourceFacts.parse({ commit, tree, author: { name, email }, subject, committedAt, ...stored });
}
