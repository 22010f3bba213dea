import * as z from 'zod';
import { defineEvent } from './envelope.ts';

/** Somebody approved or rejected a release that waits. It goes out once `approvals` reaches `quorum`. */
export const deploymentApprovalDecided = defineEvent(
  'deployment.approval_decided',
  z.object({
    by: z.string(),
    vote: z.enum(['approve', 'reject']),
    comment: z.string().optional(),
    artifactDigest: z.string(),
    approvals: z.int().min(0),
    quorum: z.int().min(1),
  }),
);
