import * as z from 'zod';
import { failure } from '../workflows/failure.ts';
import { defineEvent } from './envelope.ts';

/** Traffic is back on the version that served before this deployment. */
export const deploymentRolledBack = defineEvent(
  'deployment.rolled_back',
  z.object({ failure, fromVersion: z.string(), toVersion: z.string(), durationMs: z.int().min(0) }),
);
