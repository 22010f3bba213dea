import type { Failure } from '#schemas/workflows/failure.ts';
import { scrub } from '../redaction/scrub.ts';
import { Refusal } from '../refusal.ts';

/** What is recorded of an error. Only the service's own refusals speak for themselves; others could tell secrets. */
export function failureOf(error: unknown): Failure {
  if (error instanceof Refusal) return { code: error.code, message: scrub(error.message) };
  return {
    code: 'internal_error',
    message: 'The service failed in this step; the log of the function says why.',
  };
}
