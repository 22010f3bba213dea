import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { composeImage } from '#runner/image/compose-image.ts';
import { imageConfig } from '#runner/image/image-documents.ts';

const sha256 = (bytes: Uint8Array | string): string => `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
const GZIP = 'application/vnd.oci.image.layer.v1.tar+gzip';

const base = {
  repository: 'ecr-public/docker/library/node',
  digest: sha256('base'),
  config: imageConfig.parse({
    os: 'linux',
    architecture: 'arm64',
    variant: 'v8',
    created: '2026-01-01T00:00:00Z',
    config: {
      Env: ['PATH=/usr/bin', 'PORT=1'],
      Entrypoint: ['docker-entrypoint.sh'],
      Cmd: ['node'],
      User: 'node',
      StopSignal: 'SIGQUIT',
      OnBuild: ['RUN rm -rf /'],
      Labels: { maintainer: 'somebody' },
    },
    rootfs: { type: 'layers', diff_ids: [sha256('below')] },
    history: [{ created_by: 'below' }],
  }),
  layers: [{ mediaType: GZIP, digest: sha256('base layer'), size: 100 }],
};
const parts = {
  base,
  layer: { digest: sha256('layer'), diffId: sha256('plain layer'), size: 20 },
  command: ['node', 'server.mjs'],
  port: 8080,
  service: 'greeter',
  tree: 'a'.repeat(40),
  directory: '/app',
};

describe('an image', () => {
  it('starts the command, and nothing of the base’s own, in its directory', () => {
    const config: unknown = JSON.parse(Buffer.from(composeImage(parts).config).toString('utf8'));
    expect(config).toEqual({
      os: 'linux',
      architecture: 'arm64',
      variant: 'v8',
      created: '1970-01-01T00:00:00Z',
      config: {
        Env: ['PATH=/usr/bin', 'PORT=8080'],
        Cmd: ['node', 'server.mjs'],
        WorkingDir: '/app',
        ExposedPorts: { '8080/tcp': {} },
        User: 'node',
        StopSignal: 'SIGQUIT',
        Labels: {
          maintainer: 'somebody',
          'org.opencontainers.image.title': 'greeter',
          'org.opencontainers.image.revision': 'a'.repeat(40),
          'org.opencontainers.image.base.digest': sha256('base'),
        },
      },
      rootfs: { type: 'layers', diff_ids: [sha256('below'), sha256('plain layer')] },
      history: [
        { created_by: 'below' },
        { created: '1970-01-01T00:00:00Z', created_by: 'artifact of greeter at /app' },
      ],
    });
  });

  it('has a manifest of its configuration and of all layers, the lowest first, and is named by it', () => {
    const { config, manifest, digest, size } = composeImage(parts);
    expect(JSON.parse(Buffer.from(manifest).toString('utf8'))).toEqual({
      schemaVersion: 2,
      mediaType: 'application/vnd.oci.image.manifest.v1+json',
      config: {
        mediaType: 'application/vnd.oci.image.config.v1+json',
        digest: sha256(config),
        size: config.byteLength,
      },
      layers: [base.layers[0], { mediaType: GZIP, digest: sha256('layer'), size: 20 }],
    });
    expect([digest, size]).toEqual([sha256(manifest), config.byteLength + 120]);
  });

  it('is another one when anything of it is another', () => {
    const names = [
      parts,
      { ...parts, command: ['node', 'other.mjs'] },
      { ...parts, port: 8081 },
      { ...parts, tree: 'b'.repeat(40) },
      { ...parts, layer: { ...parts.layer, digest: sha256('other') } },
      { ...parts, base: { ...base, digest: sha256('other') } },
    ].map((each) => composeImage(each).digest);
    expect(new Set(names).size).toBe(names.length);
    expect(composeImage(structuredClone(parts)).digest).toBe(names[0]);
  });
});
