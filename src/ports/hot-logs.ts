import type { LogIndex } from './cold-logs.ts';
import type { LogChunk } from './log-store.ts';

/** A log in the table, as far as the archive wants to know. */
export interface HotLog {
  readonly rev: number;
  /** Number of the last chunk. */
  readonly last: number;
  /** Present once it was archived, up to `archive.last`. */
  readonly archive?: LogIndex;
}

/** The logs that are still in the table, as the archive takes them out of it. */
export interface HotLogs {
  /** Deployments whose log got its last line before an instant and still has lines in the table, the longest quiet first. */
  quietSince(instant: string): AsyncIterable<string>;
  find(deploymentId: string): Promise<HotLog | undefined>;
  /** The whole log: what was archived before, and what the table has. */
  whole(deploymentId: string): AsyncIterable<LogChunk>;
  /** Makes the log's head its index, on condition that nothing was written since; it is read from the archive from then on. */
  index(deploymentId: string, log: HotLog, archive: LogIndex): Promise<boolean>;
  /** Removes the lines that are archived, and then takes the log off the list, unless something was written meanwhile. */
  drop(deploymentId: string): Promise<void>;
}
