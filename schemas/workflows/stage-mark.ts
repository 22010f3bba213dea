import * as z from 'zod';
import { deploymentId, instant } from '../names.ts';
import { stageName } from './build-plan.ts';
import { reportSummary } from './report-summary.ts';

/** What a running build says when a stage begins and when it ends. `token` is the plan's. */
export const stageMark = z.object({
  deploymentId,
  token: z.string().min(1),
  /** CodeBuild's id of the build, `project:uuid`. */
  buildId: z.string().min(1),
  run: z.int().min(1),
  stage: stageName,
  status: z.enum(['started', 'succeeded', 'failed', 'timed_out']),
  at: instant,
  /** Of the stage's shell; 128 and the signal's number when a signal ended it. Absent when the shell was not what failed. */
  exitCode: z.int().min(0).optional(),
  durationMs: z.int().min(0).optional(),
  reports: z.array(reportSummary).optional(),
  /** The last 20 lines of the stage, when it did not succeed. */
  logTail: z.array(z.string()).max(20).optional(),
});
export type StageMark = z.infer<typeof stageMark>;
