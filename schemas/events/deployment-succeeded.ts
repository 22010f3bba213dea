import * as z from 'zod';
import { commitId } from '../names.ts';
import { defineEvent } from './envelope.ts';

/** The new version serves all traffic and passed its health check. */
export const deploymentSucceeded = defineEvent(
  'deployment.succeeded',
  z.object({ commit: commitId, artifactDigest: z.string(), version: z.string(), url: z.string(), durationMs: z.int() }),
);
