import * as z from 'zod';
import { queueView } from './queue-view.ts';
import { commitId, deploymentId, environmentName, instant, serviceName } from '../names.ts';
import { failure } from '../workflows/failure.ts';
import { reportSummary } from '../workflows/report-summary.ts';
import { cacheNote, retryNotes } from '../workflows/stage-notes.ts';
import { deploymentStatus, stepName, stepStatus } from '../workflows/status.ts';

export const stepView = z.object({
  name: stepName,
  attempt: z.int().min(1),
  run: z.int().min(1),
  status: stepStatus,
  startedAt: instant,
  finishedAt: instant.optional(),
  durationMs: z.int().min(0).optional(),
  reports: z.array(reportSummary).optional(),
  failure: failure.optional(),
  /** Its result is that of an earlier build, which took so long. */
  cache: cacheNote.optional(),
  /** Faults that passed, within this attempt. */
  retries: retryNotes.optional(),
  /** What ended this attempt, in words, when it passes by itself: another attempt follows. */
  triedAgain: z.string().optional(),
});
export type StepView = z.infer<typeof stepView>;

/** A deployment as lists show it. */
export const deploymentSummary = z.object({
  id: deploymentId,
  service: serviceName,
  environment: environmentName,
  commit: commitId,
  status: deploymentStatus,
  run: z.int().min(1),
  createdAt: instant,
  startedAt: instant.optional(),
  finishedAt: instant.optional(),
  durationMs: z.int().min(0).optional(),
  actor: z.string(),
  subject: z.string().optional(),
  version: z.string().optional(),
  url: z.string().optional(),
  /** The version that served before, and serves again once the deployment is rolled back. */
  baselineVersion: z.string().optional(),
  /** Present when it restores an earlier release. */
  rollback: z
    .object({
      /** The deployment whose release it takes away, and the one whose release it restores. */
      of: deploymentId,
      to: deploymentId,
      reason: z.string().optional(),
    })
    .optional(),
  /** The rollback that put an earlier release in its place after it had succeeded. */
  rolledBackBy: deploymentId.optional(),
  failure: failure.optional(),
});
export type DeploymentSummary = z.infer<typeof deploymentSummary>;

/** The approval that a release waits for, or had. */
const approvalView = z.object({
  state: z.enum(['waiting', 'approved', 'rejected']),
  artifactDigest: z.string(),
  groups: z.array(z.string()),
  quorum: z.int().min(1),
  requestedAt: instant,
  expiresAt: instant,
  votes: z.array(
    z.object({ by: z.string(), vote: z.enum(['approve', 'reject']), at: instant, comment: z.string().optional() }),
  ),
});

/** What a person asked for, and was not refused. */
const commandView = z.object({
  kind: z.enum(['cancel', 'retry', 'approve', 'reject']),
  run: z.int().min(1),
  by: z.string(),
  at: instant,
  comment: z.string().optional(),
});
export type CommandView = z.infer<typeof commandView>;

/** A deployment with its steps and what it made. */
export const deploymentView = deploymentSummary.extend({
  correlationId: z.string(),
  traceId: z.string(),
  /** It lies in the archive: it can be read and not changed. */
  archived: z.literal(true).optional(),
  tree: z.string().optional(),
  author: z.string().optional(),
  artifact: z.object({ digest: z.string(), sizeBytes: z.int(), key: z.string() }).optional(),
  supersededBy: z.string().optional(),
  /** Present once somebody wants it to end. */
  cancel: z.object({ by: z.string(), at: instant, reason: z.string().optional() }).optional(),
  approval: approvalView.optional(),
  /** Present while it waits for what other deployments have. */
  queue: queueView.optional(),
  /** Oldest first. */
  commands: z.array(commandView).optional(),
  steps: z.array(stepView),
});
export type DeploymentView = z.infer<typeof deploymentView>;
