import type { ErrorCode, Failure } from '#schemas/workflows/failure.ts';
import { assertNever } from '../assert-never.ts';
import type { Deployment, Step } from '../deployment/deployment.ts';
import type { SpanOutcome } from './span.ts';

/** How the present run of a deployment ended. */
export function outcomeOfRun({ status, failure }: Deployment): SpanOutcome {
  switch (status) {
    case 'succeeded':
      return 'success';
    case 'failed':
    case 'rolled_back':
    case 'rollback_failed':
      return outcomeOfFailure(failure?.code);
    case 'cancelled':
      return 'cancellation';
    case 'superseded':
      return 'skip';
    case 'queued':
    case 'running':
    case 'awaiting_approval':
    case 'releasing':
    case 'awaiting_decision':
    case 'verifying':
    case 'rolling_back':
      return 'running';
    default:
      return assertNever(status);
  }
}

/** How one attempt of a step ended. What was cut off is an error of ours, unless somebody wanted it. */
export function outcomeOfStep({ status, failure }: Step, wanted: boolean): SpanOutcome {
  switch (status) {
    case 'running':
      return 'running';
    case 'succeeded':
      return 'success';
    case 'reused':
      return 'skip';
    case 'failed':
      return outcomeOfFailure(failure?.code);
    case 'interrupted':
      return wanted ? 'cancellation' : 'error';
    default:
      return assertNever(status);
  }
}

/** `failure` is the service's own code or commit, `error` the system around it. */
export function outcomeOfFailure(code: Failure['code'] | undefined): SpanOutcome {
  if (code === undefined) return 'failure';
  return outcomes[code] ?? 'failure';
}

const outcomes: Readonly<Partial<Record<ErrorCode, SpanOutcome>>> = {
  timeout: 'timeout',
  cancelled: 'cancellation',
  unavailable: 'error',
  internal_error: 'error',
};
