import type { Deployment } from './deployment.ts';

/**
 * The deployments that succeeded in one environment, the last one first. They end one after the other, since an environment
 * changes under one slot; when they were asked for says nothing about it, for one that failed may be retried days later.
 */
export function inOrderOfRelease(deployments: readonly Deployment[]): readonly Deployment[] {
  const unique = [...new Map(deployments.map((each) => [each.id, each])).values()];
  return unique
    .filter(({ status }) => status === 'succeeded')
    .sort((one, other) => (other.finishedAtMs ?? 0) - (one.finishedAtMs ?? 0));
}

/** The deployment that first brought out what this one serves: a rollback serves what another one released. */
export function originOf({ id, kind, rollbackTo }: Deployment): string {
  return kind === 'rollback' ? (rollbackTo ?? id) : id;
}

/** The releases that an environment had, each once, the last one first. What was gone back to is not released again by it. */
export function releasesOf(history: readonly Deployment[]): readonly Deployment[] {
  return history.filter(({ kind }) => kind === 'release');
}

/**
 * What served before a release went out: where a rollback goes that names no release. Counted from the release and not from
 * the rollback that may have brought it back, so that two rollbacks in a row go two releases back and never to the one that
 * was taken away.
 *
 * @param history in order of release, the last one first
 * @param present the deployment that serves, a release or a rollback
 */
export function releaseBefore(history: readonly Deployment[], present: Deployment): string | undefined {
  const origin = originOf(present);
  const place = history.findIndex(({ id }) => id === origin);
  const before = place === -1 ? undefined : history[place + 1];
  return before && originOf(before);
}
