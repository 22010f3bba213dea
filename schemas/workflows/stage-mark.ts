import * as z from 'zod';
import { deploymentId, instant } from '../names.ts';
import { stageName } from './build-plan.ts';
import { errorCode } from './failure.ts';
import { stageReports } from './report-summary.ts';
import { cacheNote, retryNotes } from './stage-notes.ts';

/** Longest line of a `logTail`. */
export const tailLineLength = 1_000;

/** What a running build says when a stage begins and when it ends. `token` is the plan's. */
export const stageMark = z.object({
  deploymentId,
  token: z.string().min(1).max(200),
  /** CodeBuild's id of the build, `project:uuid`. */
  buildId: z.string().min(1).max(400),
  run: z.int().min(1),
  stage: stageName,
  status: z.enum(['started', 'succeeded', 'failed', 'timed_out']),
  at: instant,
  /** Of the stage's shell; 128 and the signal's number when a signal ended it. Absent when the shell was not what failed. */
  exitCode: z.int().min(0).optional(),
  durationMs: z.int().min(0).optional(),
  /** Why the stage failed, when the kit knows better than the commands' exit code. */
  code: errorCode.extract(['artifact_upload_failed']).optional(),
  reports: stageReports.optional(),
  cache: cacheNote.optional(),
  retries: retryNotes.optional(),
  /** The last 20 lines of the stage, when it did not succeed. */
  logTail: z.array(z.string().max(tailLineLength)).max(20).optional(),
});
export type StageMark = z.infer<typeof stageMark>;
