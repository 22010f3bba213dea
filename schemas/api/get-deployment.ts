import * as z from 'zod';
import { deploymentId } from '../names.ts';
import { defineOperation } from './contract.ts';
import { deploymentView } from './deployment-view.ts';

export const getDeployment = defineOperation({
  operation: 'get-deployment',
  method: 'GET',
  path: '/v1/deployments/{deploymentId}',
  permission: 'deployment:read',
  summary: 'A deployment with its steps, artifact and release',
  params: z.object({ deploymentId }),
  query: z.strictObject({}),
  body: 'none',
  answer: deploymentView,
  statuses: [200],
});
