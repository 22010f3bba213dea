import * as z from 'zod';
import { commitId, instant } from '../names.ts';
import { defineEvent } from './envelope.ts';

/** A release waits for people. Each run asks anew, for exactly these bytes. */
export const deploymentApprovalRequested = defineEvent(
  'deployment.approval_requested',
  z.object({
    commit: commitId,
    artifactDigest: z.string(),
    /** Members of any of these may decide, except whoever triggered the deployment. */
    groups: z.array(z.string()),
    /** How many different people have to approve. */
    quorum: z.int().min(1),
    expiresAt: instant,
  }),
);
