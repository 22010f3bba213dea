import middy from '@middy/core';
import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware';
import type * as z from 'zod';
import { scrub } from '#domain/redaction/scrub.ts';
import { Refusal } from '#domain/refusal.ts';
import type { Deps } from '#ports/deps.ts';
import { isTransient } from '#ports/transient.ts';
import { deps } from './deps.ts';
import { loggingIds } from './log-keys.ts';
import { whileAbout } from './present-deployment.ts';
import { logger, tracing } from './telemetry.ts';

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
    .use(tracing)
    .handler(async (event: unknown): Promise<Output | null> => {
      try {
        const task = input.parse(event);
        const ids = idsOf(task);
        logger.appendKeys(ids);
        const noted = loggingIds(deps(), (id) => id === ids.deploymentId);
        // A task without a result answers null: JSON has no undefined.
        return (await whileAbout(ids.deploymentId, () => run(task, noted))) ?? null;
      } catch (error) {
        const told = outward(error);
        if (told.code === 'internal_error') logger.error('The task failed', { error: error as Error });
        else logger.info('The task was refused', { code: told.code, detail: told.message });
        throw told;
      }
    });
}

type TaskIds = Readonly<Partial<Record<'deploymentId' | 'run' | 'correlationId' | 'traceId', unknown>>>;

/** What an input says of the deployment it is about; an event says it in its detail. */
function idsOf(task: unknown): TaskIds {
  const { detail, ...own } = task as TaskIds & { readonly detail?: TaskIds };
  const { deploymentId, run, correlationId, traceId } = { ...own, ...detail };
  return { deploymentId, run, correlationId, traceId };
}

/** The machine keeps an error's text in its history. */
function withoutSecrets(refusal: Refusal): Refusal {
  const message = scrub(refusal.message);
  if (message === refusal.message) return refusal;
  const { code, transient, faults } = refusal;
  return new Refusal(code, message, { transient, faults });
}

function outward(error: unknown): Refusal {
  if (error instanceof Refusal) return withoutSecrets(error);
  if (isTransient(error)) {
    return new Refusal('unavailable', 'A service that this step needs is busy.', { cause: error, transient: true });
  }
  return new Refusal('internal_error', 'The service failed; the log of the function says why.', { cause: error });
}
