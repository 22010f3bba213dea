import * as z from 'zod';
import { deploymentId } from '../names.ts';
import { stageName } from './build-plan.ts';

const sha256 = z.string().regex(/^[0-9a-f]{64}$/, 'must be a SHA-256 in hexadecimal');

/** Who speaks: the plan's token proves it, and decides whose results are meant. */
const speaker = { deploymentId, token: z.string().min(1).max(200), run: z.int().min(1) };

/** A stage, and the digest of all that its result follows from. */
const keyedStage = z.object({ stage: stageName, key: sha256 });
export type KeyedStage = z.infer<typeof keyedStage>;

/** Asked once, before the first stage. */
export const findStages = z.object({
  ...speaker,
  message: z.literal('find-stages'),
  stages: z.array(keyedStage).max(4),
});
export type FindStages = z.infer<typeof findStages>;

/** Told once, after the last stage that ran. */
export const keepStages = z.object({
  ...speaker,
  message: z.literal('keep-stages'),
  /** What succeeded, and lies among the build's uploads. */
  stages: z.array(keyedStage.extend({ sha256, sizeBytes: z.int().min(1), durationMs: z.int().min(0) })).max(4),
  /** Results that were found and could not be used. */
  broken: z.array(keyedStage.extend({ sha256 })).max(4),
});
export type KeepStages = z.infer<typeof keepStages>;

/** The answer to `findStages`: earlier results by the key of their archive. */
export const foundStages = z.object({
  found: z.array(
    keyedStage.extend({ blobKey: z.string().min(1), sha256, sizeBytes: z.int().min(1), durationMs: z.int().min(0) }),
  ),
});
export type FoundStages = z.infer<typeof foundStages>;
export type FoundStage = FoundStages['found'][number];
