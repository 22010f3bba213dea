import * as z from 'zod';
import { commitId, serviceName } from '../names.ts';
import { artifactFormat } from '../workflows/artifact-format.ts';
import { signedStatement } from '../workflows/artifact-statement.ts';

/**
 * The contract of an external Artifact Service. All requests have `Authorization: Bearer <token>`.
 *
 * - `GET <base>/v1/artifacts/{service}?tree=…&identity=…`: 200 with `externalArtifact`, 404 when there is none.
 * - `PUT <base>/v1/artifacts/{service}/{identity}` with `externalArtifact`: 200, 201 or 204 when it is known now, or was
 *   already; 409 when another artifact is known under this identity. What is known never changes.
 * - `GET <base>/v1/artifacts/{service}/{identity}/evidence?digest=…`: 200 with `externalEvidence`, 404 when it is not
 *   known (yet), 410 when it was withdrawn and must never be released again.
 *
 * 408, 429 and 5xx are asked again. The bytes stay where `key` says; the service keeps what is known of them.
 */
export const externalArtifact = z.object({
  service: serviceName,
  tree: z.string().min(1),
  identity: z.string().min(1),
  commit: commitId,
  format: artifactFormat,
  digest: z.string().regex(/^[0-9a-f]{64}$/),
  key: z.string().min(1),
  sizeBytes: z.int().min(0),
  signatureKey: z.string().min(1),
  /** Id of the deployment whose build made it. */
  builtBy: z.string(),
});
export type ExternalArtifact = z.infer<typeof externalArtifact>;

/** The signed statement, as it was signed; whoever releases checks the signature. */
export const externalEvidence = signedStatement;
