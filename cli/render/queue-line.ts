import type { QueueView } from '#schemas/api/queue-view.ts';
import { duration } from './duration.ts';

/** `waits for staging, place 2, behind dep_…, for 40 s`. */
export function queueLine(queue: QueueView, nowMs: number): string {
  const { place, behind, since } = queue;
  const what = queue.for === 'runner' ? 'a build runner' : 'the environment';
  const after = behind === undefined ? '' : ` behind ${behind}`;
  return `waits for ${what}, place ${place}${after}, for ${duration(Math.max(0, nowMs - Date.parse(since)))}`;
}
