export interface LogEvent {
  /** Milliseconds since the epoch. */
  readonly timestamp: number;
  readonly message: string;
}

/** The one thing the Lambda service asks of CloudWatch Logs; group and stream come into being by being written to. */
export interface LogWriter {
  put(group: string, stream: string, events: LogEvent[]): void;
}
