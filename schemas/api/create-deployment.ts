import * as z from 'zod';
import { commitId, environmentName, serviceName } from '../names.ts';
import { defineOperation } from './contract.ts';
import { deploymentSummary } from './deployment-view.ts';

/**
 * Asks for a commit to go to an environment. 201 with a new deployment; 200 with the one that is on its way already, or
 * with the one that the same `Idempotency-Key` made.
 */
export const createDeployment = defineOperation({
  operation: 'create-deployment',
  method: 'POST',
  path: '/v1/deployments',
  permission: 'deployment:trigger',
  summary: 'Deploy a commit of a service to an environment',
  params: z.object({}),
  query: z.strictObject({}),
  body: z.strictObject({ service: serviceName, environment: environmentName, commit: commitId }),
  answer: deploymentSummary,
  statuses: [201, 200],
});
