import * as z from 'zod';
import type { Deps } from '#ports/deps.ts';
import { taskHandler } from './task-handler.ts';
import { logger } from './telemetry.ts';

/** The Lambda behind a rule: the detail of the event, checked. What throws is retried by the bus, then dead-lettered. */
export function eventHandler<Detail extends z.ZodType>(
  detail: Detail,
  react: (detail: z.output<Detail>, deps: Deps) => Promise<unknown>,
) {
  return taskHandler(z.object({ detail }), async (event, deps) => {
    const outcome = await react((event as { detail: z.output<Detail> }).detail, deps);
    if (outcome !== undefined) logger.info('The event was dealt with', { outcome });
  });
}
