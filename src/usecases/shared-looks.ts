import type { Deployment } from '#domain/deployment/deployment.ts';
import { Refusal } from '#domain/refusal.ts';
import type { Deps } from '#ports/deps.ts';
import type { LogPage, LogStore } from '#ports/log-store.ts';

type LookDeps = Pick<Deps, 'deployments' | 'logs' | 'clock'>;

/** What a follower sees at one look. */
export interface Look {
  readonly deployment: Deployment;
  readonly page: LogPage;
}

/** A look that is still to come, and the number of the chunk after which it begins. */
interface ComingLook {
  readonly after: number;
  readonly seen: Promise<Look>;
}

const coming = new WeakMap<LogStore, Map<string, ComingLook>>();

/**
 * Looks at a log.
 *
 * @throws Refusal `not_found`
 */
export async function lookNow(deps: LookDeps, deploymentId: string, after: number, limit: number): Promise<Look> {
  // The deployment is read first: a log that is complete after a terminal read can gain nothing.
  const deployment = await deps.deployments.find(deploymentId);
  if (!deployment) throw new Refusal('not_found', `There is no deployment ${deploymentId}.`);
  return { deployment, page: await deps.logs.read(deploymentId, after, limit) };
}

/**
 * Waits, and looks again. All who follow one log in this process and are equally far wait for the same look, so that fifty
 * viewers cost as much as one. Who is further behind looks at once, alone.
 *
 * @throws Refusal `not_found`
 */
export async function lookLater(
  deps: LookDeps,
  deploymentId: string,
  after: number,
  { waitMs, limit }: { readonly waitMs: number; readonly limit: number },
): Promise<Look> {
  const looks = coming.get(deps.logs) ?? new Map<string, ComingLook>();
  coming.set(deps.logs, looks);
  const present = looks.get(deploymentId);
  if (present && present.after > after) return lookNow(deps, deploymentId, after, limit);
  if (present) return withoutKnown(await present.seen, after);

  const look = async (): Promise<Look> => {
    try {
      await deps.clock.sleep(waitMs);
      return await lookNow(deps, deploymentId, after, limit);
    } finally {
      looks.delete(deploymentId);
    }
  };
  const seen = look();
  looks.set(deploymentId, { after, seen });
  return seen;
}

function withoutKnown({ deployment, page }: Look, after: number): Look {
  return { deployment, page: { ...page, chunks: page.chunks.filter(({ n }) => n > after) } };
}
