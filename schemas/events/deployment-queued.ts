import * as z from 'zod';
import { commitId } from '../names.ts';
import { defineEvent } from './envelope.ts';

/** A deployment was accepted and waits for its slot. Starts the `deployment` machine. */
export const deploymentQueued = defineEvent('deployment.queued', z.object({ commit: commitId, run: z.int().min(1) }));
