import * as z from 'zod';
import { defineEvent } from './envelope.ts';

/** Somebody ended the deployment before any traffic had moved. After that it is `deployment.rolled_back`. */
export const deploymentCancelled = defineEvent(
  'deployment.cancelled',
  z.object({ reason: z.string().optional(), durationMs: z.int().min(0) }),
);
