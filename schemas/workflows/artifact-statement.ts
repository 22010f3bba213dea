import * as z from 'zod';
import { artifactFormat } from './artifact-format.ts';
import { commitId, instant, serviceName } from '../names.ts';

/** What the signature vouches for: these bytes were built from this commit of this service by this deployment. */
export const artifactStatement = z.object({
  version: z.literal(1),
  service: serviceName,
  commit: commitId,
  tree: z.string(),
  identity: z.string(),
  /** Statements of before images say nothing of it. */
  format: artifactFormat.default('zip'),
  digest: z.string().regex(/^[0-9a-f]{64}$/),
  sizeBytes: z.int(),
  builtBy: z.string(),
  signedAt: instant,
});
export type ArtifactStatement = z.infer<typeof artifactStatement>;

/** The signed statement as it lies beside the artifact. The signature covers the exact text of `statement`. */
export const signedStatement = z.object({
  statement: z.string(),
  signature: z.object({ keyId: z.string(), value: z.string() }),
});
export type SignedStatement = z.infer<typeof signedStatement>;
