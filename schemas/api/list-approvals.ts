import * as z from 'zod';
import { defineOperation } from './contract.ts';
import { deploymentView } from './deployment-view.ts';

/** Releases that wait for a person, the longest waiting first. */
export const listApprovals = defineOperation({
  operation: 'list-approvals',
  method: 'GET',
  path: '/v1/approvals',
  permission: 'deployment:read',
  summary: 'Releases that wait for approval, the longest waiting first',
  params: z.object({}),
  query: z.strictObject({ limit: z.coerce.number().int().min(1).max(100).default(50) }),
  body: 'none',
  /** `more`: there are others beyond the limit. */
  answer: z.object({ items: z.array(deploymentView.omit({ steps: true })), more: z.boolean() }),
  statuses: [200],
});
