import type { Problem } from '#schemas/api/problem.ts';
import type { ErrorCode } from '#schemas/workflows/failure.ts';

/** The service understood and refused, or failed; RFC 9457 as an error. */
export class ApiProblem extends Error {
  override readonly name = 'ApiProblem';
  readonly status: number;
  readonly code: ErrorCode;
  readonly title: string;
  readonly detail: string;
  readonly faults: NonNullable<Problem['faults']>;
  /** Finds the request in the service's log. Empty when what answered gave none. */
  readonly requestId: string;
  /** How long the service asks to wait before another attempt, in milliseconds. */
  readonly retryAfterMs: number | undefined;

  constructor(problem: Omit<Problem, 'type'>, retryAfterMs?: number) {
    super(problem.detail);
    this.status = problem.status;
    this.code = problem.code;
    this.title = problem.title;
    this.detail = problem.detail;
    this.faults = problem.faults ?? [];
    this.requestId = problem.requestId;
    this.retryAfterMs = retryAfterMs;
  }
}
