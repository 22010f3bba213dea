import * as z from 'zod';
import { failure } from '../workflows/failure.ts';
import { defineEvent } from './envelope.ts';

/** The deployment ended without changing what serves traffic, or there was nothing to go back to. */
export const deploymentFailed = defineEvent('deployment.failed', z.object({ failure, durationMs: z.int().min(0) }));
