import * as z from 'zod';
import { environmentName, instant, serviceName } from '../names.ts';
import { deploymentStatus } from '../workflows/status.ts';
import { defineOperation } from './contract.ts';
import { deploymentSummary } from './deployment-view.ts';

export const listDeployments = defineOperation({
  operation: 'list-deployments',
  method: 'GET',
  path: '/v1/deployments',
  permission: 'deployment:read',
  summary: 'Deployments, newest first, by service, environment, status and time',
  params: z.object({}),
  query: z.strictObject({
    service: serviceName.optional(),
    environment: environmentName.optional(),
    status: deploymentStatus.optional(),
    /** Created at or after. */
    from: instant.optional(),
    /** Created before. */
    to: instant.optional(),
    limit: z.coerce.number().int().min(1).max(100).default(20),
    cursor: z.string().max(1024).optional(),
  }),
  body: 'none',
  answer: z.object({ items: z.array(deploymentSummary), cursor: z.string().optional() }),
  statuses: [200],
});
