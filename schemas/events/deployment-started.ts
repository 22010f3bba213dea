import * as z from 'zod';
import { commitId } from '../names.ts';
import { defineEvent } from './envelope.ts';

/** The deployment got its slot and runs. */
export const deploymentStarted = defineEvent(
  'deployment.started',
  z.object({ commit: commitId, run: z.int().min(1), queueWaitMs: z.int().min(0) }),
);
