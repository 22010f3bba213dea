import type { Span } from '#domain/telemetry/span.ts';

/** What became of spans that were sent. */
export interface ExportResult {
  readonly sent: number;
  /** So many the receiver did not want; to send them again would change nothing. */
  readonly rejected: number;
  /** Why, in the receiver's words. */
  readonly reason?: string;
}

/** Tells a tracing system of spans that are over. */
export interface SpanExporter {
  /**
   * Sends spans of one trace; telling the same spans again is harmless, they have the same ids.
   *
   * @throws Refusal `unavailable` when the receiver is down or busy, `conflict` when it refuses the whole request
   */
  export(traceId: string, spans: readonly Span[]): Promise<ExportResult>;
}
