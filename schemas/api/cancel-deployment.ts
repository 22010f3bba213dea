import * as z from 'zod';
import { deploymentId } from '../names.ts';
import { defineOperation } from './contract.ts';
import { deploymentSummary } from './deployment-view.ts';

/** Ends a deployment. What has traffic already is taken back: watch it until it is `rolled_back`. */
export const cancelDeployment = defineOperation({
  operation: 'cancel-deployment',
  method: 'POST',
  path: '/v1/deployments/{deploymentId}/cancel',
  permission: 'deployment:manage',
  summary: 'Cancel a deployment',
  params: z.object({ deploymentId }),
  query: z.strictObject({}),
  body: z.strictObject({ reason: z.string().trim().min(1).max(500).optional() }),
  answer: deploymentSummary,
  statuses: [202],
});
