import * as z from 'zod';
import { deploymentId } from '../names.ts';
import { defineOperation } from './contract.ts';

export const logLine = z.object({ at: z.string(), step: z.string(), text: z.string() });
export const logChunk = z.object({ n: z.int().min(1), lines: z.array(logLine) });
export type LogChunkView = z.infer<typeof logChunk>;

/**
 * The log of a deployment. With `Accept: text/event-stream` it is followed: one SSE event per chunk, its id the chunk's
 * number, so `Last-Event-ID` resumes exactly; `event: end` closes it. Each bears the deployment's `traceId` besides. Otherwise a JSON page of the same chunks.
 */
export const streamLogs = defineOperation({
  operation: 'stream-logs',
  method: 'GET',
  path: '/v1/deployments/{deploymentId}/logs',
  permission: 'deployment:read',
  summary: 'Follow or read the log of a deployment',
  params: z.object({ deploymentId }),
  query: z.strictObject({
    /** Chunks after this number. */
    after: z.coerce.number().int().min(0).default(0),
    limit: z.coerce.number().int().min(1).max(200).default(100),
  }),
  body: 'none',
  answer: z.object({
    chunks: z.array(logChunk),
    /** `after` of the next page. */
    next: z.int().min(0),
    /** Nothing will follow. */
    complete: z.boolean(),
  }),
  statuses: [200],
  streams: true,
});
