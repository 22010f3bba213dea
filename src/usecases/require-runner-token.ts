import { Refusal } from '#domain/refusal.ts';
import type { Deps } from '#ports/deps.ts';

interface Speaker {
  readonly deploymentId: string;
  readonly run: number;
  readonly token: string;
}

/**
 * Whoever speaks for a build has the token of its plan, which names the deployment and the run.
 *
 * @throws Refusal `permission_denied`
 */
export async function requireRunnerToken({ seal }: Pick<Deps, 'seal'>, speaker: Speaker): Promise<void> {
  const own = await seal.matches('stage-mark', `${speaker.deploymentId}/${speaker.run}`, speaker.token);
  if (!own) throw new Refusal('permission_denied', 'The token of this stage mark is not that of its deployment.');
}
