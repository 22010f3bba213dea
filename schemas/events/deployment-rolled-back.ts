import * as z from 'zod';
import { failure } from '../workflows/failure.ts';
import { defineEvent } from './envelope.ts';

/**
 * Traffic is off this deployment's version: on its way out it was taken back, or it had succeeded and a rollback restored an
 * earlier release.
 */
export const deploymentRolledBack = defineEvent(
  'deployment.rolled_back',
  z.object({
    failure,
    fromVersion: z.string(),
    toVersion: z.string(),
    durationMs: z.int().min(0),
    /** The rollback, a deployment of its own; present when this one had succeeded, which it keeps. */
    rolledBackBy: z.string().optional(),
  }),
);
