import { imageNames } from '#domain/image-names.ts';
import { imageSizeBytes } from '#domain/deployment/image-size.ts';
import { blobKeys } from '#domain/blob-keys.ts';
import { canonicalJson } from '#domain/canonical-json.ts';
import type { Artifact, Deployment } from '#domain/deployment/deployment.ts';
import { nextAfterArtifact, type NextAfterArtifact } from '#domain/deployment/request-approval.ts';
import { Refusal } from '#domain/refusal.ts';
import type { Deps } from '#ports/deps.ts';
import type { ArtifactStatement, SignedStatement } from '#schemas/workflows/artifact-statement.ts';
import type { SignArtifactTask } from '#schemas/workflows/deployment-task.ts';
import { runStep } from './run-step.ts';

type SignDeps = Pick<Deps, 'deployments' | 'blobs' | 'images' | 'signer' | 'clock' | 'digest' | 'settings'>;

/**
 * Signs what the build left and registers it, so that any environment can have the same bytes.
 *
 * @throws Refusal `artifact_verification_failed` when the stored bytes are not those the build named
 */
export async function signArtifact(
  deps: SignDeps,
  task: SignArtifactTask,
): Promise<{ readonly next: NextAfterArtifact }> {
  const start = { name: 'sign', run: task.run, freesRunner: true } as const;
  return runStep(
    deps,
    task.deploymentId,
    start,
    async (deployment) => {
      const artifact = await sealed(deps, deployment, task);
      const at = deps.clock.now().toISOString();
      return {
        value: { next: nextAfterArtifact(deployment) },
        patch: { artifact },
        writes: [{ kind: 'put-artifact-ref', deployment: { ...deployment, artifact }, at }],
      };
    },
    (deployment) => ({ next: nextAfterArtifact(deployment) }),
  );
}

async function sealed(deps: SignDeps, deployment: Deployment, task: SignArtifactTask): Promise<Artifact> {
  const { source, identity, service, commit, manifest } = deployment;
  if (!source || identity === undefined) throw new Refusal('conflict', 'The source is not resolved yet.');
  const stored =
    manifest?.target.type === 'ecs' ? await pushed(deps, service, task) : await kept(deps, deployment, task);

  const statement: ArtifactStatement = {
    version: 1,
    service,
    commit,
    tree: source.tree,
    identity,
    format: stored.format,
    digest: task.artifactDigest,
    sizeBytes: stored.sizeBytes,
    builtBy: deployment.id,
    signedAt: deps.clock.now().toISOString(),
  };
  const text = canonicalJson(statement);
  const signatureKey = blobKeys.signature(service, task.artifactDigest, identity);
  const signed: SignedStatement = { statement: text, signature: await deps.signer.sign(text) };
  await deps.blobs.put(signatureKey, JSON.stringify(signed));
  return { ...stored, digest: task.artifactDigest, identity, signatureKey };
}

type Stored = Pick<Artifact, 'format' | 'key' | 'sizeBytes'>;

/** Copies an uploaded zip to where releases read it. */
async function kept(deps: SignDeps, { id, service, commit }: Deployment, task: SignArtifactTask): Promise<Stored> {
  const key = blobKeys.artifact(service, task.artifactDigest);
  const bytes = await uploaded(deps, task);
  await keep(deps, key, bytes, { service, commit, 'deployment-id': id });
  return { format: 'zip', key, sizeBytes: bytes.byteLength };
}

/** An image stays where it was pushed to, which must be the service's own repository. Its digest names it for ever. */
async function pushed(
  { images, settings, digest }: SignDeps,
  service: string,
  task: SignArtifactTask,
): Promise<Stored> {
  const key = imageNames.image(settings.imageRepositories, service, task.artifactDigest);
  const refuse = (code: 'artifact_upload_failed' | 'artifact_verification_failed', why: string): never => {
    throw new Refusal(code, why);
  };
  if (task.artifactKey !== key) {
    refuse(
      'artifact_verification_failed',
      `The build named image ${task.artifactKey}; one of ${service} would be ${key}.`,
    );
  }
  const manifest =
    (await images.manifest(key)) ??
    refuse('artifact_upload_failed', `The build named image ${key}, but it is not stored.`);
  if (digest(manifest) !== task.artifactDigest) {
    refuse('artifact_verification_failed', `Image ${key} does not have the digest that the build named.`);
  }
  const sizeBytes =
    imageSizeBytes(Buffer.from(manifest).toString('utf8')) ??
    refuse('artifact_verification_failed', `${key} is not the manifest of one image.`);
  return { format: 'image', key, sizeBytes };
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
