import * as z from 'zod';
import { deploymentId } from '../names.ts';
import { defineOperation } from './contract.ts';
import { deploymentView } from './deployment-view.ts';

/** One vote on a release that waits. The digest says what was looked at: another artifact is not approved by it. */
export const decideApproval = defineOperation({
  operation: 'decide-approval',
  method: 'POST',
  path: '/v1/deployments/{deploymentId}/approvals',
  permission: 'deployment:manage',
  summary: 'Approve or reject a release that waits for it',
  params: z.object({ deploymentId }),
  query: z.strictObject({}),
  body: z.strictObject({
    vote: z.enum(['approve', 'reject']),
    artifactDigest: z.string().regex(/^[0-9a-f]{64}$/, 'must be the SHA-256 of the artifact: 64 hexadecimal digits'),
    comment: z.string().trim().min(1).max(500).optional(),
  }),
  answer: deploymentView.omit({ steps: true }),
  statuses: [200],
});
