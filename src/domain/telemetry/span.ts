/** How a span ended, in the words of OpenTelemetry's conventions for pipelines; `running` has no end yet. */
export type SpanOutcome = 'running' | 'success' | 'failure' | 'error' | 'timeout' | 'cancellation' | 'skip';

export type AttributeValue = string | number | boolean;

/** A piece of a deployment's time. */
export interface Span {
  /** 16 hexadecimal digits; the same piece of the same deployment has the same one whenever it is computed. */
  readonly id: string;
  readonly parentId?: string;
  readonly name: string;
  /** `server` for a run, which somebody outside asked for. */
  readonly kind: 'server' | 'internal';
  /** The run of the deployment that it belongs to. */
  readonly run: number;
  readonly startedAtMs: number;
  /** Absent while it is under way. */
  readonly finishedAtMs?: number;
  readonly outcome: SpanOutcome;
  /** What went wrong, in words. */
  readonly message?: string;
  readonly attributes: Readonly<Record<string, AttributeValue>>;
}

/** All spans of a deployment; each parent comes before its children, siblings in the order of time. */
export interface Trace {
  /** 32 hexadecimal digits, as W3C Trace Context has it. */
  readonly traceId: string;
  readonly spans: readonly Span[];
}

/** Whether a span counts as an error; what was cancelled or skipped does not. */
export function isError({ outcome }: Pick<Span, 'outcome'>): boolean {
  return outcome === 'failure' || outcome === 'error' || outcome === 'timeout';
}
