import * as z from 'zod';
import { deploymentId, instant } from '../names.ts';
import { failure } from '../workflows/failure.ts';
import { deploymentStatus } from '../workflows/status.ts';
import { defineOperation } from './contract.ts';
import { queueView } from './queue-view.ts';
import { stepView } from './deployment-view.ts';

/** The little that polling needs. */
export const getStatus = defineOperation({
  operation: 'get-status',
  method: 'GET',
  path: '/v1/deployments/{deploymentId}/status',
  permission: 'deployment:read',
  summary: 'Where a deployment is, step by step',
  params: z.object({ deploymentId }),
  query: z.strictObject({}),
  body: 'none',
  answer: z.object({
    id: deploymentId,
    status: deploymentStatus,
    terminal: z.boolean(),
    updatedAt: instant,
    url: z.string().optional(),
    version: z.string().optional(),
    failure: failure.optional(),
    queue: queueView.optional(),
    steps: z.array(stepView),
  }),
  statuses: [200],
});

export type StatusView = z.infer<typeof getStatus.answer>;
