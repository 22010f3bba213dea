import * as z from 'zod';
import { deploymentId } from '../names.ts';
import { defineOperation } from './contract.ts';
import { deploymentSummary } from './deployment-view.ts';

/** Starts the next run of a deployment that failed or was cancelled. 200 with one that is on its way already. */
export const retryDeployment = defineOperation({
  operation: 'retry-deployment',
  method: 'POST',
  path: '/v1/deployments/{deploymentId}/retry',
  permission: 'deployment:manage',
  summary: 'Retry a deployment that failed or was cancelled',
  params: z.object({ deploymentId }),
  query: z.strictObject({}),
  body: 'none',
  answer: deploymentSummary,
  statuses: [202, 200],
});
