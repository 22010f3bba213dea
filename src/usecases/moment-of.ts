import type { Moment } from '#domain/moment.ts';
import type { Deps } from '#ports/deps.ts';

/** The present moment, for a decision. */
export function momentOf({ clock, digest }: Pick<Deps, 'clock' | 'digest'>, actor: string): Moment {
  const now = clock.now();
  return { at: now.toISOString(), atMs: now.getTime(), actor, hash: digest };
}
