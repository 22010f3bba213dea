import type { ErrorCode } from '#schemas/workflows/failure.ts';

/** One thing wrong with a request, at its place. */
export interface Fault {
  /** JSON Pointer into the request or the manifest. */
  readonly pointer: string;
  readonly message: string;
  readonly code?: string;
  /** One-based, for YAML. */
  readonly line?: number;
  readonly column?: number;
  /** The offending value as JSON, cut short. */
  readonly value?: string;
  /** The nearest thing that would have been right. */
  readonly suggestion?: string;
}

interface RefusalOptions {
  readonly faults?: readonly Fault[];
  readonly cause?: unknown;
  /** True when the same request may well succeed a little later. */
  readonly transient?: boolean;
  /** Seconds to wait before asking again. */
  readonly retryAfterSeconds?: number;
}

/**
 * The one error class for what the service refuses or could not do, with a registered code. Its `name` is the code:
 * that is what Step Functions matches in `ErrorEquals`. Anything else that is thrown is a bug.
 */
export class Refusal extends Error {
  override readonly name: ErrorCode | 'transient_fault';
  readonly code: ErrorCode;
  readonly faults: readonly Fault[];
  readonly transient: boolean;
  readonly retryAfterSeconds: number | undefined;

  constructor(code: ErrorCode, message: string, options: RefusalOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.transient = options.transient ?? false;
    this.name = this.transient ? 'transient_fault' : code;
    this.faults = options.faults ?? [];
    this.retryAfterSeconds = options.retryAfterSeconds;
  }
}

/** The HTTP status and title of each code; also what decides whether a message may leave the house. */
export const problemOf = {
  validation_error: { status: 422, title: 'The request is not valid' },
  step_failed: { status: 409, title: 'A step failed' },
  artifact_upload_failed: { status: 502, title: 'The artifact could not be stored' },
  artifact_verification_failed: { status: 409, title: 'The artifact is not what was signed' },
  policy_gate_failed: { status: 403, title: 'A policy forbids this' },
  infra_plan_failed: { status: 409, title: 'The infrastructure plan failed' },
  timeout: { status: 504, title: 'It took too long' },
  unauthenticated: { status: 401, title: 'Who is asking is not known' },
  permission_denied: { status: 403, title: 'Not allowed' },
  not_found: { status: 404, title: 'Not found' },
  conflict: { status: 409, title: 'The present state does not allow this' },
  cancelled: { status: 409, title: 'It was cancelled' },
  environment_frozen: { status: 423, title: 'The environment is frozen' },
  rate_limited: { status: 429, title: 'Too many requests' },
  unavailable: { status: 503, title: 'Not available just now' },
  internal_error: { status: 500, title: 'The service failed' },
} as const satisfies Record<ErrorCode, { readonly status: number; readonly title: string }>;
