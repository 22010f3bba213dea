import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BuildPlan } from '#schemas/workflows/build-plan.ts';
import { ArtifactNotStored } from '../artifact-not-stored.ts';
import type { RunnerLog } from '../log.ts';
import type { StoredArtifact } from '../store-artifact.ts';
import { type ComposedImage, composeImage } from './compose-image.ts';
import { type BaseImage, findBase } from './find-base.ts';
import { mediaTypes } from './image-documents.ts';
import type { Registry } from './registry-client.ts';
import { RegistryError } from './registry-error.ts';
import { type Layer, writeLayer } from './write-layer.ts';

/** Where the artifact's files lie in the image, and where its program starts. */
const PLACE = 'app';

export type ImagePlan = Extract<BuildPlan['artifact'], { format: 'image' }>;

interface ImageDeps {
  readonly openRegistry: () => Promise<Registry>;
  readonly log: RunnerLog;
}

/**
 * Makes an image of the directory, laid upon the plan's base, and pushes what of it the registry does not have yet. No
 * Docker is needed. The same directory, base and plan give the same image.
 *
 * @throws ArtifactNotStored when the registry does not take it
 * @throws RunnerFailure when the directory or the base cannot become an image
 */
export async function storeImage(
  { openRegistry, log }: ImageDeps,
  output: string,
  { service, tree }: Pick<BuildPlan, 'service' | 'tree'>,
  plan: ImagePlan,
): Promise<StoredArtifact> {
  const { registry: host, repository, command, port } = plan;
  const workshop = await mkdtemp(join(tmpdir(), 'image-'));
  try {
    const layer = await writeLayer(output, PLACE, join(workshop, 'layer'));
    const registry = await openRegistry();
    const base = await findBase(registry, plan, workshop);
    log.runner(`base image ${plan.base} for ${plan.platform}: ${base.digest}`);
    const image = composeImage({ base, layer, command, port, service, tree, directory: `/${PLACE}` });
    await push(registry, { repository, tag: tagOf(tree, image.digest), image, layer, base, workshop }, log);
    const digest = image.digest.slice('sha256:'.length);
    return { key: `${host}/${repository}@${image.digest}`, digest, size: image.size };
  } catch (error) {
    if (!(error instanceof RegistryError)) throw error;
    throw new ArtifactNotStored(`artifact_upload_failed: ${repository}: ${error.message}`, { cause: error });
  } finally {
    await rm(workshop, { recursive: true, force: true });
  }
}

/** An image without a tag expires. This one never means another image, so it fits where tags are immutable. */
function tagOf(tree: string, digest: string): string {
  return `tree-${tree.slice(0, 12)}-${digest.slice('sha256:'.length, 'sha256:'.length + 12)}`;
}

interface Push {
  readonly repository: string;
  readonly tag: string;
  readonly image: ComposedImage;
  readonly layer: Layer;
  readonly base: BaseImage;
  readonly workshop: string;
}

async function push(
  registry: Registry,
  { repository, tag, image, layer, base, workshop }: Push,
  log: RunnerLog,
): Promise<void> {
  const present = await registry.readManifest(repository, tag);
  if (present?.digest === image.digest) {
    log.runner(`${repository} has the image already`);
    return;
  }
  for (const { digest, size } of base.layers) {
    if (await registry.hasBlob(repository, digest)) continue;
    if (await registry.mount(repository, digest, base.repository)) continue;
    const path = join(workshop, 'base-layer');
    log.runner(`copying a layer of the base image: ${size} bytes`);
    await registry.download(base.repository, digest, path);
    await registry.upload(repository, { path, digest, size });
    await rm(path);
  }
  const config = { path: join(workshop, 'config'), digest: image.configDigest, size: image.config.byteLength };
  await writeFile(config.path, image.config);
  for (const blob of [layer, config]) {
    if (!(await registry.hasBlob(repository, blob.digest))) await registry.upload(repository, blob);
  }
  await registry.writeManifest(repository, tag, mediaTypes.manifest, image.manifest);
}
