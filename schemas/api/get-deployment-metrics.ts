import * as z from 'zod';
import { environmentName, instant, serviceName } from '../names.ts';
import { errorCode } from '../workflows/failure.ts';
import { defineOperation } from './contract.ts';

const count = z.int().min(0);
/** Milliseconds; absent where there is nothing to take them of. */
const spread = z.object({ medianMs: z.int().min(0), p95Ms: z.int().min(0) }).optional();

const counts = z.object({
  /** Asked for in this time, however they stand now. */
  total: count,
  succeeded: count,
  /** Ended before anything changed, or with nothing to go back to. */
  failed: count,
  rolledBack: count,
  rollbackFailed: count,
  cancelled: count,
  superseded: count,
  underWay: count,
});
export type DeploymentCounts = z.infer<typeof counts>;

export const getDeploymentMetrics = defineOperation({
  operation: 'get-deployment-metrics',
  method: 'GET',
  path: '/v1/metrics/deployments',
  permission: 'deployment:read',
  summary: 'How deployments went: success rate, durations, reasons of failure, per day',
  params: z.object({}),
  query: z.strictObject({
    service: serviceName.optional(),
    environment: environmentName.optional(),
    /** Asked for at or after; by default 30 days before `to`. */
    from: instant.optional(),
    /** Asked for before; by default now. */
    to: instant.optional(),
  }),
  body: 'none',
  answer: z.object({
    from: instant,
    to: instant,
    /** False when there are more than are looked at: then it speaks of those since `from`, the newest ones. */
    complete: z.boolean(),
    counts,
    /** Of those that succeeded, failed or were taken back; what was cancelled or superseded is neither. */
    successRate: z.number().min(0).max(1).optional(),
    /** Of those that succeeded, from their slot to their end. */
    duration: spread,
    /** From when they were asked for, or retried, to their slot. */
    queueWait: spread,
    /** Releases that were taken back, or could not be. */
    rollbacks: count,
    /** The most frequent first. */
    failureReasons: z.array(z.object({ code: errorCode, count: z.int().min(1) })),
    /** Every day of the time, UTC, the oldest first. */
    days: z.array(z.object({ day: z.iso.date(), total: count, succeeded: count, failed: count, rolledBack: count })),
  }),
  statuses: [200],
});
export type DeploymentMetricsView = z.infer<(typeof getDeploymentMetrics)['answer']>;
