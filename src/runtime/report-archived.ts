import { logger } from './telemetry.ts';

interface Round {
  readonly archived: number;
  readonly kept: number;
  readonly failed: number;
  readonly faults: readonly string[];
}

/**
 * Ends a round of an archive.
 *
 * @throws Error when something could not be archived: the run has done what it could, and a person has to look at the rest
 */
export function reportArchived<R extends Round>(round: R): R {
  logger.info('The round of the archive is over', { round });
  if (round.failed > 0) throw new Error(`${round.failed} could not be archived: ${round.faults.join(' ')}`);
  return round;
}
