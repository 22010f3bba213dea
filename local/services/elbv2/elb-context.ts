import type { HostClock } from '#local/clock.ts';
import type { Answer } from './query-answer.ts';
import type { QueryValue } from './query-input.ts';
import type { Records } from './records.ts';
import type { Targets } from './targets.ts';

export type QueryOperation = (input: QueryValue) => Answer;

export interface ElbContext {
  readonly clock: HostClock;
  readonly records: Records;
  readonly targets: Targets;
}
