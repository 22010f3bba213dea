import * as z from 'zod';
import { findStages, keepStages } from './build-cache.ts';
import { stageMark } from './stage-mark.ts';

/** All that a running build says to the control plane. */
export const runnerMessage = z.union([findStages, keepStages, stageMark]);
export type RunnerMessage = z.infer<typeof runnerMessage>;
