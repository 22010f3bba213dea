import * as z from 'zod';
import { failure } from '../workflows/failure.ts';
import { defineEvent } from './envelope.ts';

/** Taking the release back failed: a person has to act. */
export const deploymentRollbackFailed = defineEvent('deployment.rollback_failed', z.object({ failure }));
