export interface LogLine {
  readonly at: string;
  /** The build stage that wrote it, or `runner`. */
  readonly step: string;
  readonly text: string;
}

/** Some consecutive lines; `n` counts from 1 without a gap and is the SSE id, so a reader resumes exactly. */
export interface LogChunk {
  readonly n: number;
  readonly lines: readonly LogLine[];
}

export interface LogPage {
  readonly chunks: readonly LogChunk[];
  /** How many log streams have said that they are complete. */
  readonly endedStreams: number;
}

/** A line as the log service delivers it; ids grow within one stream. */
export interface LogEvent extends LogLine {
  readonly id: string;
}

export interface LogBatch {
  readonly deploymentId: string;
  /** The log stream it comes from. */
  readonly stream: string;
  /** A consecutive piece of the stream. */
  readonly events: readonly LogEvent[];
  /** Whether the stream says that nothing follows. */
  readonly streamEnded: boolean;
}

export interface LogStore {
  /** Appends each line once, however often and however cut it is delivered. */
  append(batch: LogBatch): Promise<void>;
  /** Chunks after a number, in order. */
  read(deploymentId: string, afterNumber: number, limit: number): Promise<LogPage>;
  /** The last lines, oldest first. */
  tail(deploymentId: string, count: number): Promise<readonly LogLine[]>;
}
