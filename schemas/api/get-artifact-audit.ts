import * as z from 'zod';
import { chainHead, chainLink } from '../evidence/archived-record.ts';
import { auditKey, auditStatement } from '../evidence/artifact-audit.ts';
import { deploymentId, serviceName } from '../names.ts';
import { defineOperation } from './contract.ts';
import { deploymentView } from './deployment-view.ts';
import { chainVerification } from './verify-audit.ts';

export const artifactDigest = z.string().regex(/^[0-9a-f]{64}$/, 'must be a SHA-256: 64 hexadecimal digits');

export const getArtifactAudit = defineOperation({
  operation: 'get-artifact-audit',
  method: 'GET',
  path: '/v1/services/{service}/artifacts/{digest}/audit',
  permission: 'audit:read',
  summary: 'Everything about an artifact: its deployments, approvals, signature, and their hash chains, verified',
  params: z.object({ service: serviceName, digest: artifactDigest }),
  query: z.strictObject({
    /** Deployments after this one, in the order in which they were asked for. */
    after: deploymentId.optional(),
    limit: z.coerce.number().int().min(1).max(20).default(5),
  }),
  body: 'none',
  answer: z.object({
    service: serviceName,
    digest: artifactDigest,
    /** What the signatures are verified with. */
    publicKey: auditKey,
    /** What was signed of it, by the deployments of this page. */
    statements: z.array(auditStatement),
    deployments: z.array(
      z.object({
        record: deploymentView,
        chain: z.object({ head: chainHead, events: z.array(chainLink) }),
        verification: chainVerification,
      }),
    ),
    /** `after` of the next page; absent on the last one. */
    next: deploymentId.optional(),
  }),
  statuses: [200],
});
