import {
  CreatePullThroughCacheRuleCommand,
  DescribeImagesCommand,
  GetAuthorizationTokenCommand,
  PutAccountSettingCommand,
} from '@aws-sdk/client-ecr';
import { existsSync, mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { openEcr } from '#runner/image/open-ecr.ts';
import { registryClient } from '#runner/image/registry-client.ts';
import { type ImagePlan, storeImage } from '#runner/image/store-image.ts';
import { createLog } from '#runner/log.ts';
import { tempDirectory } from '#test/unit/runner/temp-directory.ts';
import { type EcrHost, OCI_LAYER, OCI_MANIFEST, openEcrHost, sha256 } from './ecr-host.ts';

const REGISTRY = '000000000000.dkr.ecr.eu-west-1.amazonaws.com';
const service = { service: 'greeter', tree: '0123456789abcdef0123456789abcdef01234567' };
const plan: ImagePlan = {
  format: 'image',
  registry: REGISTRY,
  repository: 'services/greeter',
  base: 'ecr-public/docker/library/node:24-slim',
  platform: 'linux/arm64',
  command: ['node', 'server.mjs'],
  port: 8080,
};

async function openRegistry() {
  const host = await openEcrHost();
  await host.client.send(
    new CreatePullThroughCacheRuleCommand({ ecrRepositoryPrefix: 'ecr-public', upstreamRegistryUrl: 'public.ecr.aws' }),
  );
  await host.makeRepository('services/greeter', 'IMMUTABLE');
  const lines: string[] = [];
  const log = createLog((text) => lines.push(text));
  const deps = { openRegistry: () => openEcr(host.client), log };
  const store = (directory: string, change: Partial<ImagePlan> = {}) =>
    storeImage(deps, directory, service, { ...plan, ...change });
  return { ...host, store, log: () => lines.join('') };
}

function output(): string {
  const directory = tempDirectory();
  mkdirSync(join(directory, 'lib'));
  writeFileSync(join(directory, 'server.mjs'), 'listen();\n');
  writeFileSync(join(directory, 'lib/big.bin'), Buffer.alloc(200_000, 7));
  writeFileSync(join(directory, 'run.sh'), '#!/bin/sh\n', { mode: 0o755 });
  symlinkSync('server.mjs', join(directory, 'main.mjs'));
  return directory;
}

const manifestOf = async ({ ask }: EcrHost, digest: string) =>
  (await (await ask(`/v2/services/greeter/manifests/sha256:${digest}`)).json()) as {
    config: { digest: string };
    layers: { digest: string }[];
  };

describe('a directory that becomes an image', () => {
  it('comes out of the registry as it went in, over its base, with the command to start it', async () => {
    const host = await openRegistry();
    const { key, digest } = await host.store(output());
    expect(key).toBe(`${REGISTRY}/services/greeter@sha256:${digest}`);

    const root = join(tempDirectory(), 'root');
    const config = await host.ecr.unpackImage(key, root);
    expect(config).toEqual({
      digest: `sha256:${digest}`,
      entrypoint: [],
      cmd: ['node', 'server.mjs'],
      env: {
        PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
        NODE_VERSION: process.versions.node,
        PORT: '8080',
      },
      workingDir: '/app',
    });
    expect(readFileSync(join(root, 'app/server.mjs'), 'utf8')).toBe('listen();\n');
    expect(readFileSync(join(root, 'app/main.mjs'), 'utf8')).toBe('listen();\n');
    expect(readFileSync(join(root, 'app/lib/big.bin')).equals(Buffer.alloc(200_000, 7))).toBe(true);
    expect(statSync(join(root, 'app/run.sh')).mode & 0o777).toBe(0o755);
    expect(existsSync(join(root, 'etc/local-base-image'))).toBe(true);
  });

  it('says the size of all its blobs, and has a tag, so that it does not expire', async () => {
    const host = await openRegistry();
    const { digest, size } = await host.store(output());
    const { config, layers } = await manifestOf(host, digest);
    const sizes = await Promise.all(
      [config, ...layers].map(async (blob) => {
        const head = await host.ask(`/v2/services/greeter/blobs/${blob.digest}`, { method: 'HEAD' });
        return Number(head.headers.get('content-length'));
      }),
    );
    expect(size).toBe(sizes.reduce((sum, each) => sum + each, 0));
    const images = await host.client.send(new DescribeImagesCommand({ repositoryName: 'services/greeter' }));
    expect(images.imageDetails?.map(({ imageTags }) => imageTags)).toEqual([
      [`tree-0123456789ab-${digest.slice(0, 12)}`],
    ]);
  });

  it('is the same image from two directories, and is pushed once', async () => {
    const host = await openRegistry();
    const one = await host.store(output());
    expect(host.log()).not.toContain('has the image already');
    expect(await host.store(output())).toEqual(one);
    expect(host.log()).toContain('services/greeter has the image already');
  });

  it('is another image for another platform, base, command or file', async () => {
    const host = await openRegistry();
    const directory = output();
    const changed = output();
    writeFileSync(join(changed, 'server.mjs'), 'listen(1);\n');
    const images = [
      await host.store(directory),
      await host.store(directory, { platform: 'linux/amd64' }),
      await host.store(directory, { base: 'ecr-public/docker/library/node:22' }),
      await host.store(directory, { command: ['node', 'main.mjs'] }),
      await host.store(changed),
    ];
    expect(new Set(images.map(({ digest }) => digest)).size).toBe(5);
  });

  it('takes the base’s layers along, by mounting them where the registry does so', async () => {
    const host = await openRegistry();
    await host.makeRepository('bases/own');
    const pushed = await host.pushImage('bases/own', 'v1', [Buffer.from('no real layer')]);
    expect(pushed.status).toBe(201);
    const onOwn = () => host.store(output(), { base: 'bases/own:v1', platform: 'linux/amd64' });
    await expect(onOwn()).rejects.toThrow('the configuration of bases/own:v1 is not an image');

    const config = { os: 'linux', architecture: 'amd64', rootfs: { type: 'layers', diff_ids: [sha256('x')] } };
    const text = JSON.stringify(config);
    const manifest = {
      schemaVersion: 2,
      config: {
        mediaType: 'application/vnd.oci.image.config.v1+json',
        digest: await host.pushBlob('bases/own', text),
        size: text.length,
      },
      layers: [{ mediaType: OCI_LAYER, digest: sha256('no real layer'), size: 13 }],
    };
    await host.ask('/v2/bases/own/manifests/v1', {
      method: 'PUT',
      headers: { 'content-type': OCI_MANIFEST },
      body: JSON.stringify(manifest),
    });
    await host.client.send(new PutAccountSettingCommand({ name: 'BLOB_MOUNTING', value: 'ENABLED' }));
    const { digest } = await onOwn();
    expect((await manifestOf(host, digest)).layers[0]?.digest).toBe(sha256('no real layer'));
    expect(host.log()).not.toContain('copying');
    await host.store(output());
    expect(host.log()).toContain('copying a layer of the base image');
  });

  it('names the base image that is not there, or not for the platform', async () => {
    const host = await openRegistry();
    const nginx = host.store(output(), { base: 'ecr-public/docker/library/nginx:1' });
    await expect(nginx).rejects.toThrow('the base image ecr-public/docker/library/nginx:1 is not in the registry');
    const other = host.store(output(), { platform: 'linux/s390x' });
    await expect(other).rejects.toThrow('is not made for linux/s390x; it is for linux/amd64, linux/arm64');
  });

  it('is an artifact that could not be stored when there is no repository for it', async () => {
    const host = await openRegistry();
    const stored = host.store(output(), { repository: 'services/other' });
    await expect(stored).rejects.toMatchObject({
      code: 'artifact_upload_failed',
      message: expect.stringContaining('NAME_UNKNOWN') as unknown,
    });
  });

  it('goes up in pieces when it is large', async () => {
    const host = await openRegistry();
    const bytes = Buffer.from(Array.from({ length: 2_500 }, (_, index) => index % 251));
    const path = join(tempDirectory(), 'blob');
    writeFileSync(path, bytes);
    const registry = registryClient(await accessTo(host), { sleep, pieceBytes: 1_000 });
    const upload = (digest: string) => registry.upload('services/greeter', { path, digest, size: bytes.byteLength });
    await upload(sha256(bytes));
    const copy = join(tempDirectory(), 'copy');
    await registry.download('services/greeter', sha256(bytes), copy);
    expect(readFileSync(copy).equals(bytes)).toBe(true);
    const wrong = upload(sha256('wrong'));
    await expect(wrong).rejects.toThrow('DIGEST_INVALID');
  });
});

async function accessTo({ client, address }: EcrHost) {
  const { authorizationData } = await client.send(new GetAuthorizationTokenCommand({}));
  return { endpoint: address, basic: authorizationData?.[0]?.authorizationToken ?? '' };
}
