import { ApiProblem } from '#client/api-problem.ts';
import { printJson, printLines } from '../print.ts';
import { verdictLines } from '../render/manifest-verdict.ts';
import type { Session } from '../session.ts';
import { readAtCommit } from '../source/git.ts';

interface Asked {
  readonly service: string;
  readonly environment: string;
  readonly commit: string;
  /** Of the manifest, in the repository. */
  readonly path: string;
}

/**
 * Has the service look at the manifest of the commit, so that its author hears at once what a deployment would be refused
 * for some seconds later. True where there is nothing to say, or nobody who could say it: the deployment itself decides.
 */
export async function checkManifest(session: Session, { service, environment, commit, path }: Asked): Promise<boolean> {
  const { client, cwd, json, output } = session;
  const text = await readAtCommit(cwd, commit, path);
  if (text === undefined || text === '') return true;
  const answer = await client.validateServiceManifest({ body: text, query: { environment } }).catch(unlessRefused);
  if (!answer) return true;
  const { valid, name, warnings = [] } = answer.body;
  // The manifest of another service, which lies in the same repository: that of this one has another path.
  const isOther = name !== undefined && name !== service;
  if (isOther || (valid && warnings.length === 0)) return true;

  const file = `${commit.slice(0, 7)}:${path}`;
  if (json) printJson(output.out, { file, commit, ...answer.body });
  else printLines(output.err, [...verdictLines(file, text, answer.body, output.err.paint), 'Nothing was deployed.']);
  return false;
}

/** Whoever may not ask this hears from the deployment itself what is wrong. */
function unlessRefused(error: unknown): undefined {
  if (error instanceof ApiProblem) return;
  throw error;
}
