import * as z from 'zod';
import { chainHead, chainLink } from '../evidence/archived-record.ts';
import { deploymentId } from '../names.ts';
import { defineOperation } from './contract.ts';

/** What a look at every link said. `broken` names each place; `intact` is of these links and what is before them. */
export const chainVerification = z.object({
  status: z.enum(['intact', 'broken']),
  faults: z.array(z.object({ seq: z.int(), reason: z.string() })),
});
export type ChainVerification = z.infer<typeof chainVerification>;

export const verifyAudit = defineOperation({
  operation: 'verify-audit',
  method: 'GET',
  path: '/v1/deployments/{deploymentId}/audit',
  permission: 'audit:read',
  summary: 'The hash chain of everything that happened to a deployment, verified',
  params: z.object({ deploymentId }),
  query: z.strictObject({
    /** Links after this number. */
    after: z.coerce.number().int().min(0).max(9_999_999_999).default(0),
    limit: z.coerce.number().int().min(1).max(500).default(100),
  }),
  body: 'none',
  answer: z.object({
    deploymentId,
    /** It lies in the archive. */
    archived: z.literal(true).optional(),
    /** What the record says of the last link of all. */
    head: chainHead,
    /** With the details as they were written: `prevHash` is the SHA-256 of the canonical JSON of the one before. */
    events: z.array(chainLink),
    verification: chainVerification,
    /** `after` of the next page; absent on the last one. */
    next: z.int().optional(),
  }),
  statuses: [200],
});
