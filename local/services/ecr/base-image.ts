import { gzipSync } from 'node:zlib';
import { pack } from 'tar-stream';
import { digestOf } from './image-digest.ts';
import { mediaTypes } from './media-types.ts';

export interface BuiltImage {
  readonly blobs: readonly Uint8Array[];
  readonly manifests: readonly { readonly mediaType: string; readonly bytes: Uint8Array }[];
}

const PATH = 'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/** The repositories of public.ecr.aws that the local registry plays, and what of them it knows. */
const played: Readonly<
  Record<string, { readonly tag: RegExp; readonly env: readonly string[]; readonly cmd: string }>
> = {
  'docker/library/node': {
    tag: /^2\d(?:\.\d+){0,2}(?:-[a-z0-9.]+)*$/,
    env: [`NODE_VERSION=${process.versions.node}`],
    cmd: 'node',
  },
  'docker/library/alpine': { tag: /^[\w.-]+$/, env: [], cmd: '/bin/sh' },
  'docker/library/debian': { tag: /^[\w.-]+$/, env: [], cmd: 'bash' },
};

export const whatIsPlayed =
  'docker/library/node with any tag of 20 or above (such as 24-slim), docker/library/alpine and docker/library/debian';

/**
 * A base image that is made here, since there is no network: a file that says so, and a configuration. It holds no
 * program; what a task names and its image lacks is looked up on the host.
 *
 * @returns an index of one image per platform, the index last; `undefined` for what the local registry does not play
 */
export async function buildBaseImage(name: string, tag: string): Promise<BuiltImage | undefined> {
  const image = Object.hasOwn(played, name) ? played[name] : undefined;
  if (!image?.tag.test(tag)) return undefined;
  const tar = await layerOf(`${name}:${tag}`);
  const layer = gzipSync(tar, { level: 9 });
  const made = ['amd64', 'arm64'].map((architecture) => {
    const config = Buffer.from(
      JSON.stringify({
        architecture,
        os: 'linux',
        config: { Env: [PATH, ...image.env], Cmd: [image.cmd] },
        rootfs: { type: 'layers', diff_ids: [digestOf(tar)] },
        history: [{ created_by: `local base image ${name}:${tag}` }],
      }),
    );
    const manifest = Buffer.from(
      JSON.stringify({
        schemaVersion: 2,
        mediaType: mediaTypes.manifest,
        config: { mediaType: mediaTypes.config, digest: digestOf(config), size: config.byteLength },
        layers: [{ mediaType: mediaTypes.layer, digest: digestOf(layer), size: layer.byteLength }],
      }),
    );
    return { architecture, config, manifest };
  });
  const index = Buffer.from(
    JSON.stringify({
      schemaVersion: 2,
      mediaType: mediaTypes.index,
      manifests: made.map(({ architecture, manifest }) => ({
        mediaType: mediaTypes.manifest,
        digest: digestOf(manifest),
        size: manifest.byteLength,
        platform: { os: 'linux', architecture },
      })),
    }),
  );
  return {
    blobs: [layer, ...made.map(({ config }) => config)],
    manifests: [
      ...made.map(({ manifest }) => ({ mediaType: mediaTypes.manifest, bytes: manifest })),
      { mediaType: mediaTypes.index, bytes: index },
    ],
  };
}

async function layerOf(reference: string): Promise<Uint8Array> {
  const tar = pack();
  const mtime = new Date(0);
  const text =
    `This image stands for public.ecr.aws/${reference}. The local registry made it; it holds no program.\n` +
    'A program that a task names and the image lacks is taken from the host.\n';
  for (const directory of ['etc', 'tmp']) tar.entry({ name: directory, type: 'directory', mode: 0o755, mtime });
  tar.entry({ name: 'etc/local-base-image', mode: 0o644, mtime }, text);
  tar.finalize();
  const chunks: Uint8Array[] = [];
  for await (const chunk of tar as AsyncIterable<Uint8Array>) chunks.push(chunk);
  return Buffer.concat(chunks);
}
