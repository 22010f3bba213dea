import * as z from 'zod';
import { defineOperation } from './contract.ts';

const condition = z.enum(['ok', 'degraded', 'down']);

/** 200 while requests can be taken, 503 when the table is down. */
export const health = defineOperation({
  operation: 'health',
  method: 'GET',
  path: '/v1/health',
  permission: 'public',
  summary: 'How the control plane is',
  params: z.object({}),
  query: z.strictObject({}),
  body: 'none',
  answer: z.object({
    status: condition,
    table: condition,
    runner: z.object({ status: condition, lastHeartbeat: z.string().optional() }),
    /** Deployments that wait for a slot. */
    queueDepth: z.int().min(0),
  }),
  statuses: [200, 503],
});
