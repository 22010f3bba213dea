import type { Artifact, Deployment } from '#domain/deployment/deployment.ts';
import { Refusal } from '#domain/refusal.ts';
import type { Deps } from '#ports/deps.ts';
import { artifactStatement, signedStatement } from '#schemas/workflows/artifact-statement.ts';

/**
 * Makes sure, right before a release, that the stored bytes are those that were signed, and that our key signed them
 * for this service and this content. The commit may be another: equal trees share an artifact.
 *
 * @throws Refusal `artifact_verification_failed` naming what does not match
 */
export async function verifyArtifact(
  deps: Pick<Deps, 'artifacts' | 'blobs' | 'images' | 'signer' | 'digest'>,
  deployment: Pick<Deployment, 'service' | 'source' | 'identity'>,
  artifact: Artifact,
): Promise<void> {
  // Of an image the manifest: it names every byte of the rest by its digest, which the registry checks.
  const stored = artifact.format === 'image' ? deps.images.manifest(artifact.key) : deps.blobs.get(artifact.key);
  const [bytes, signedBytes] = await Promise.all([stored, deps.artifacts.evidence(deployment.service, artifact)]);
  if (!bytes) throw untrusted(artifact, 'its bytes are gone');
  if (!signedBytes) throw untrusted(artifact, 'its signature is gone');
  if (deps.digest(bytes) !== artifact.digest) throw untrusted(artifact, 'its bytes were changed after it was signed');
  await verifyStatement(deps, deployment, artifact, signedBytes);
}

/**
 * The part of it that needs no bytes of the artifact: that our key vouches for an artifact of this digest, service and
 * content.
 *
 * @throws Refusal `artifact_verification_failed` naming what does not match
 */
export async function verifyStatement(
  deps: Pick<Deps, 'signer'>,
  { service, source, identity }: Pick<Deployment, 'service' | 'source' | 'identity'>,
  artifact: Artifact,
  signedBytes: Uint8Array | undefined,
): Promise<void> {
  if (!signedBytes) throw untrusted(artifact, 'its signature is gone');
  const signed = parse(signedBytes, artifact);
  if (!(await deps.signer.verify(signed.text, signed.signature))) {
    throw untrusted(artifact, 'its signature was not made by the key of this service');
  }
  const { statement } = signed;
  if (statement.digest !== artifact.digest) throw untrusted(artifact, 'its signature is that of another artifact');
  if (statement.format !== artifact.format) throw untrusted(artifact, `it was signed as ${statement.format}`);
  if (statement.service !== service) throw untrusted(artifact, `it was built for service "${statement.service}"`);
  if (statement.tree !== source?.tree || statement.identity !== identity) {
    throw untrusted(artifact, `it was built from other content, by ${statement.builtBy}`);
  }
}

function parse(bytes: Uint8Array, artifact: Artifact) {
  try {
    const { statement, signature } = signedStatement.parse(JSON.parse(Buffer.from(bytes).toString('utf8')));
    return { text: statement, statement: artifactStatement.parse(JSON.parse(statement)), signature };
  } catch (cause) {
    throw untrusted(artifact, 'its signature cannot be read', cause);
  }
}

function untrusted(artifact: Artifact, reason: string, cause?: unknown): Refusal {
  return new Refusal(
    'artifact_verification_failed',
    `Artifact ${artifact.digest.slice(0, 12)} must not be released: ${reason}.`,
    cause === undefined ? {} : { cause },
  );
}
