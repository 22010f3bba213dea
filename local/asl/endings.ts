import type { Journal } from './journal.ts';

/** Who waits for the end of which execution. Only in memory: after a restart each waits anew. */
export function openEndings(journal: Journal) {
  const waiting = new Map<string, (() => void)[]>();

  return {
    /** Resolves when an execution is over, at once if it is already. */
    ended(arn: string): Promise<void> {
      if (journal.find(arn)?.status !== 'RUNNING') return Promise.resolve();
      return new Promise((resolve) => waiting.set(arn, [...(waiting.get(arn) ?? []), resolve]));
    },
    /** Call once the end is written. */
    tell(arn: string): void {
      const told = waiting.get(arn) ?? [];
      waiting.delete(arn);
      for (const resolve of told) resolve();
    },
  };
}
