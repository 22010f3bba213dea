import * as z from 'zod';
import { failure } from '../workflows/failure.ts';
import { cacheNote, retryNotes } from '../workflows/stage-notes.ts';
import { stepName, stepStatus } from '../workflows/status.ts';
import { defineEvent } from './envelope.ts';

/** A step began or ended. */
export const deploymentStepProgress = defineEvent(
  'deployment.step_progress',
  z.object({
    step: stepName,
    attempt: z.int().min(1),
    status: stepStatus,
    durationMs: z.int().min(0).optional(),
    failure: failure.optional(),
    cache: cacheNote.optional(),
    retries: retryNotes.optional(),
    triedAgain: z.string().optional(),
  }),
);
