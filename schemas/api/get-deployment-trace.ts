import * as z from 'zod';
import { deploymentId, instant } from '../names.ts';
import { defineOperation } from './contract.ts';

/** A piece of a deployment's time, as it is exported to tracing systems. */
export const traceSpan = z.object({
  spanId: z.string().regex(/^[0-9a-f]{16}$/),
  /** Absent of the root only. */
  parentSpanId: z
    .string()
    .regex(/^[0-9a-f]{16}$/)
    .optional(),
  /** `deployment`, `queue.wait`, `build`, `build.compile`, `tests.run`, `release.verify`, … */
  name: z.string(),
  run: z.int().min(1),
  startedAt: instant,
  /** Absent while it is under way. */
  finishedAt: instant.optional(),
  durationMs: z.int().min(0).optional(),
  outcome: z.enum(['running', 'success', 'failure', 'error', 'timeout', 'cancellation', 'skip']),
  message: z.string().optional(),
  /** By OpenTelemetry's semantic conventions where they have a name for it. */
  attributes: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])),
});
export type TraceSpanView = z.infer<typeof traceSpan>;

export const getDeploymentTrace = defineOperation({
  operation: 'get-deployment-trace',
  method: 'GET',
  path: '/v1/deployments/{deploymentId}/trace',
  permission: 'deployment:read',
  summary: 'Where the time of a deployment went, as a tree of spans',
  params: z.object({ deploymentId }),
  query: z.strictObject({}),
  body: 'none',
  answer: z.object({
    deploymentId,
    /** W3C trace id: under it the same spans are found wherever they are exported to. */
    traceId: z.string(),
    /** Nothing will change any more, unless it is retried. */
    complete: z.boolean(),
    /** The tree: each parent before its children, siblings in the order of time. The first one is the root. */
    spans: z.array(traceSpan),
  }),
  statuses: [200],
});
export type DeploymentTraceView = z.infer<(typeof getDeploymentTrace)['answer']>;
