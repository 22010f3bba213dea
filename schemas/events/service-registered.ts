import * as z from 'zod';
import { defineEvent } from './envelope.ts';

/** A service was registered, or its registration changed. */
export const serviceRegistered = defineEvent(
  'service.registered',
  z.object({
    repository: z.string(),
    owner: z.string(),
    environments: z.record(z.string(), z.object({ functionName: z.string(), alias: z.string() })),
  }),
);
