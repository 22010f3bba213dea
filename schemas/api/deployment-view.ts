import * as z from 'zod';
import { commitId, deploymentId, environmentName, instant, serviceName } from '../names.ts';
import { failure } from '../workflows/failure.ts';
import { reportSummary } from '../workflows/report-summary.ts';
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
  failure: failure.optional(),
});
export type DeploymentSummary = z.infer<typeof deploymentSummary>;

/** A deployment with its steps and what it made. */
export const deploymentView = deploymentSummary.extend({
  correlationId: z.string(),
  traceId: z.string(),
  tree: z.string().optional(),
  author: z.string().optional(),
  artifact: z.object({ digest: z.string(), sizeBytes: z.int(), key: z.string() }).optional(),
  supersededBy: z.string().optional(),
  steps: z.array(stepView),
});
export type DeploymentView = z.infer<typeof deploymentView>;
