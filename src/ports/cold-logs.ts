import type { LogChunk } from './log-store.ts';

/** What finds a log, or a piece of it, in the archive. */
export interface LogIndex {
  readonly key: string;
  readonly bytes: number;
  readonly lines: number;
  /** Of the object as it lies there. */
  readonly sha256: string;
  /** Number of the last chunk in it. */
  readonly last: number;
  /** Where pieces begin that can be read alone: number of the first chunk, and first byte. */
  readonly parts: readonly { readonly first: number; readonly at: number }[];
}

/** The logs of the archive. */
export interface ColdLogs {
  /**
   * Writes a whole log, reads it back, and has an index of it only when it came back as it was written.
   *
   * @throws Error when it did not
   */
  store(deploymentId: string, chunks: AsyncIterable<LogChunk>): Promise<LogIndex>;
  /**
   * Makes sure that a log lies in the archive as its index says.
   *
   * @throws Error when it does not
   */
  verify(index: LogIndex): Promise<void>;
  /** Chunks after a number, in order and with the numbers that they had. */
  read(index: LogIndex, afterNumber: number, limit: number): Promise<readonly LogChunk[]>;
}
