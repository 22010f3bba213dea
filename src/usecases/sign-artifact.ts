import { blobKeys } from '#domain/blob-keys.ts';
import { canonicalJson } from '#domain/canonical-json.ts';
import type { Artifact, Deployment } from '#domain/deployment/deployment.ts';
import { Refusal } from '#domain/refusal.ts';
import type { Deps } from '#ports/deps.ts';
import type { ArtifactStatement, SignedStatement } from '#schemas/workflows/artifact-statement.ts';
import type { SignArtifactTask } from '#schemas/workflows/deployment-task.ts';
import { runStep } from './run-step.ts';

type SignDeps = Pick<Deps, 'deployments' | 'blobs' | 'signer' | 'clock' | 'digest'>;

/**
 * Signs what the build left and registers it, so that any environment can have the same bytes.
 *
 * @throws Refusal `artifact_verification_failed` when the stored bytes are not those the build named
 */
export async function signArtifact(deps: SignDeps, task: SignArtifactTask): Promise<void> {
  const start = { name: 'sign', run: task.run } as const;
  await runStep(
    deps,
    task.deploymentId,
    start,
    async (deployment) => {
      const artifact = await sealed(deps, deployment, task);
      const at = deps.clock.now().toISOString();
      return {
        value: undefined,
        patch: { artifact },
        writes: [{ kind: 'put-artifact-ref', deployment: { ...deployment, artifact }, at }],
      };
    },
    () => undefined,
  );
}

async function sealed(deps: SignDeps, deployment: Deployment, task: SignArtifactTask): Promise<Artifact> {
  const { source, identity, service, commit } = deployment;
  if (!source || identity === undefined) throw new Refusal('conflict', 'The source is not resolved yet.');
  const key = blobKeys.artifact(service, task.artifactDigest);
  const bytes = await uploaded(deps, task);
  await keep(deps, key, bytes, { service, commit, 'deployment-id': deployment.id });

  const statement: ArtifactStatement = {
    version: 1,
    service,
    commit,
    tree: source.tree,
    identity,
    digest: task.artifactDigest,
    sizeBytes: bytes.byteLength,
    builtBy: deployment.id,
    signedAt: deps.clock.now().toISOString(),
  };
  const text = canonicalJson(statement);
  const signatureKey = blobKeys.signature(service, task.artifactDigest, identity);
  const signed: SignedStatement = { statement: text, signature: await deps.signer.sign(text) };
  await deps.blobs.put(signatureKey, JSON.stringify(signed));
  return { digest: task.artifactDigest, key, sizeBytes: bytes.byteLength, identity, signatureKey };
}

async function uploaded({ blobs, digest }: SignDeps, task: SignArtifactTask): Promise<Uint8Array> {
  const key = blobKeys.upload(task.deploymentId, task.run, task.artifactDigest);
  const bytes = await blobs.get(key);
  if (!bytes) throw new Refusal('artifact_upload_failed', `The build named artifact ${key}, but it is not stored.`);
  if (digest(bytes) !== task.artifactDigest) {
    throw new Refusal('artifact_verification_failed', `Artifact ${key} does not have the digest that the build named.`);
  }
  return bytes;
}

/** Whatever lies there without having the digest is overwritten: it would stop this artifact for ever. */
async function keep(
  { blobs, digest }: SignDeps,
  key: string,
  bytes: Uint8Array,
  origin: Readonly<Record<string, string>>,
) {
  const present = await blobs.get(key);
  if (present && digest(present) === digest(bytes)) return;
  await blobs.put(key, bytes, origin);
}
