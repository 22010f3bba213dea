import * as z from 'zod';
import { defineEvent } from './envelope.ts';

/** A service was registered, or its registration changed. */
export const serviceRegistered = defineEvent(
  'service.registered',
  z.object({
    repository: z.string(),
    owner: z.string(),
    environments: z.record(
      z.string(),
      z.union([
        // Without a kind where an earlier release told of it.
        z.object({ kind: z.literal('lambda').optional(), functionName: z.string(), alias: z.string() }),
        z.object({
          kind: z.literal('ecs'),
          cluster: z.string(),
          serviceName: z.string(),
          controller: z.enum(['ecs', 'codedeploy']),
        }),
      ]),
    ),
  }),
);
