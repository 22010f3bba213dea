import * as z from 'zod';
import { defineEvent } from './envelope.ts';

/** How a health check of the released version ended. */
export const deploymentHealthCheck = defineEvent(
  'deployment.health_check',
  z.object({
    healthy: z.boolean(),
    url: z.string(),
    probes: z.int().min(0),
    lastStatus: z.int().optional(),
    reason: z.string().optional(),
  }),
);
