import { Refusal } from '../refusal.ts';

/** As long as GitHub itself offers to deliver again. Deliveries are remembered longer, so none comes in twice. */
const oldestHours = 72;

/**
 * Refuses an old delivery that somebody kept: what it asks for would put an old commit in the place of a newer one.
 *
 * @throws Refusal `conflict`
 */
export function refuseStale(pushedAtMs: number | undefined, nowMs: number): void {
  if (pushedAtMs === undefined || nowMs - pushedAtMs <= oldestHours * 3_600_000) return;
  const pushed = `It was pushed more than ${oldestHours} hours ago`;
  throw new Refusal('conflict', `${pushed}; push again, or ask for a deployment of the commit.`);
}
