import * as z from 'zod';
import { defineEvent } from './envelope.ts';

/** The new version took this share of the traffic; `final` on the last one. */
export const deploymentCanaryPromoted = defineEvent(
  'deployment.canary_promoted',
  z.object({ version: z.string(), weightPercent: z.int().min(1).max(100), final: z.boolean() }),
);
