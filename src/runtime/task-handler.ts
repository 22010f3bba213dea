import middy from '@middy/core';
import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware';
import { captureLambdaHandler } from '@aws-lambda-powertools/tracer/middleware';
import type * as z from 'zod';
import { Refusal } from '#domain/refusal.ts';
import type { Deps } from '#ports/deps.ts';
import { isTransient } from '#ports/transient.ts';
import { deps } from './deps.ts';
import { logger, tracer } from './telemetry.ts';

/**
 * The Lambda of a state, or of anything else that is invoked with an input of its own. A refusal keeps its code as the
 * error's name, which is what the machine matches; a throttled call becomes `transient_fault`, which it retries. Of a bug
 * only the kind leaves the function.
 */
export function taskHandler<Input extends z.ZodType, Output>(
  input: Input,
  run: (input: z.output<Input>, deps: Deps) => Promise<Output>,
) {
  return middy<unknown, Output | null>()
    .use(injectLambdaContext(logger, { resetKeys: true }))
    .use(captureLambdaHandler(tracer, { captureResponse: false }))
    .handler(async (event: unknown): Promise<Output | null> => {
      try {
        const task = input.parse(event);
        logger.appendKeys({ task: idsOf(task) });
        // A task without a result answers null: JSON has no undefined.
        return (await run(task, deps())) ?? null;
      } catch (error) {
        const told = outward(error);
        if (told.code === 'internal_error') logger.error('The task failed', { error: error as Error });
        else logger.info('The task was refused', { code: told.code, detail: told.message });
        throw told;
      }
    });
}

function idsOf(task: unknown): Record<string, unknown> {
  const { deploymentId, run } = task as { deploymentId?: unknown; run?: unknown };
  return { deploymentId, run };
}

function outward(error: unknown): Refusal {
  if (error instanceof Refusal) return error;
  if (isTransient(error)) {
    return new Refusal('unavailable', 'A service that this step needs is busy.', { cause: error, transient: true });
  }
  return new Refusal('internal_error', 'The service failed; the log of the function says why.', { cause: error });
}
