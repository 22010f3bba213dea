import * as z from 'zod';
import { chainHead, chainLink } from './archived-record.ts';

export const auditKey = z.object({
  keyId: z.string(),
  /** SubjectPublicKeyInfo. */
  pem: z.string(),
});
export type AuditKey = z.infer<typeof auditKey>;

export const auditStatement = z.object({
  /** Digest of what the artifact was built from: two trees can give equal bytes, and each has its statement. */
  identity: z.string(),
  /** The exact text that was signed. Absent when it is gone. */
  statement: z.string().optional(),
  signature: z.object({ keyId: z.string(), value: z.string() }).optional(),
});
export type AuditStatement = z.infer<typeof auditStatement>;

export const auditedDeployment = z.object({
  /** As `getDeployment` shows it. */
  record: z.looseObject({ id: z.string(), service: z.string(), environment: z.string() }),
  chain: z.object({ head: chainHead, events: z.array(chainLink) }),
});

/** Everything about an artifact in one document that needs nothing else to be verified. */
export const artifactAudit = z.object({
  format: z.literal('deployment-service/artifact-audit'),
  version: z.literal(1),
  exportedAt: z.string(),
  service: z.string(),
  digest: z.string(),
  publicKey: auditKey,
  statements: z.array(auditStatement),
  deployments: z.array(auditedDeployment),
});
export type ArtifactAudit = z.infer<typeof artifactAudit>;
