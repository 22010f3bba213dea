import type { ZodError } from 'zod';
import { Refusal } from '../refusal.ts';

/** A delivery that proves itself and still cannot be read: every place that is not as documented. */
export function faultyPayload({ issues }: ZodError): Refusal {
  const faults = issues.map(({ path, message }) => ({
    pointer: path.map((part) => `/${String(part)}`).join(''),
    message,
  }));
  return new Refusal('validation_error', 'The delivery is no push as it is documented.', { faults });
}
