import * as z from 'zod';
import { deploymentId, environmentName, serviceName } from '../names.ts';
import { defineOperation } from './contract.ts';
import { deploymentSummary } from './deployment-view.ts';

/**
 * Goes back to an earlier release, straight to all traffic, without approval. What runs in the environment is cancelled.
 * 201 with the rollback, a deployment of its own; 200 with the one that is on its way to the same release already, or with
 * the one that the same `Idempotency-Key` made.
 */
export const rollBack = defineOperation({
  operation: 'roll-back',
  method: 'POST',
  path: '/v1/services/{service}/environments/{environment}/rollbacks',
  permission: 'deployment:rollback',
  summary: 'Go back to an earlier release',
  params: z.object({ service: serviceName, environment: environmentName }),
  query: z.strictObject({}),
  body: z.strictObject({
    /** The deployment whose release is restored. Without it the release before the present one. */
    to: deploymentId.optional(),
    /** Refused unless this deployment serves: nobody takes away what they have not seen. */
    deployment: deploymentId.optional(),
    reason: z.string().trim().min(1).max(500).optional(),
  }),
  answer: deploymentSummary,
  statuses: [201, 200],
});
