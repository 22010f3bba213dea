import type { StepEnd } from '#domain/deployment/end-step.ts';
import { failureOf } from '#domain/deployment/failure-of.ts';
import { Refusal } from '#domain/refusal.ts';
import { transientReason } from '#ports/transient.ts';
import type { StepName } from '#schemas/workflows/status.ts';

/** How a step ends whose work threw: with why, and with whether that passes by itself, so that the step is tried again. */
export function failedEnd(error: unknown, step: StepName): Pick<StepEnd, 'failure' | 'passing'> {
  const passing = transientReason(error);
  if (passing === undefined || error instanceof Refusal) {
    return { failure: { ...failureOf(error), step }, ...(passing !== undefined && { passing }) };
  }
  const message = `A service that this step needs did not answer: ${passing}.`;
  return { failure: { code: 'unavailable', message, step, nextAction: 'Wait a little, then: dsctl retry.' }, passing };
}
