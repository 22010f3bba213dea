import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createHash } from 'node:crypto';
import { CreateRepositoryCommand, ECRClient, GetAuthorizationTokenCommand } from '@aws-sdk/client-ecr';
import { onTestFinished } from 'vitest';
import { virtualClock } from '#local/clock.ts';
import { createGateway } from '#local/gateway/gateway.ts';
import { serveGateway } from '#local/gateway/serve-gateway.ts';
import { createEcr } from '#local/services/ecr/create-ecr.ts';
import { openStore } from '#local/store.ts';

export const OCI_MANIFEST = 'application/vnd.oci.image.manifest.v1+json';
export const OCI_CONFIG = 'application/vnd.oci.image.config.v1+json';
export const OCI_LAYER = 'application/vnd.oci.image.layer.v1.tar+gzip';

export const sha256 = (bytes: Uint8Array | string): string =>
  `sha256:${createHash('sha256').update(bytes).digest('hex')}`;

export interface EcrHost {
  readonly client: ECRClient;
  readonly address: string;
  readonly directory: string;
  readonly clock: ReturnType<typeof virtualClock>;
  readonly ecr: ReturnType<typeof createEcr>;
  /** Asks the registry with a good password. */
  readonly ask: (path: string, init?: RequestInit) => Promise<Response>;
  readonly makeRepository: (name: string, mutability?: 'MUTABLE' | 'IMMUTABLE') => Promise<void>;
  /** Uploads a blob in one piece; its digest. */
  readonly pushBlob: (repository: string, bytes: Uint8Array | string) => Promise<string>;
  /** Pushes an image of these layers; the answer. */
  readonly pushImage: (
    repository: string,
    tag: string,
    layers: readonly Uint8Array[],
    config?: object,
  ) => Promise<Response>;
}

/** A local ECR on a socket of its own, with a stock client; it goes with the test. */
export async function openEcrHost(directory = mkdtempSync(join(tmpdir(), 'ecr-'))): Promise<EcrHost> {
  const store = openStore(join(directory, 'state.sqlite'));
  const clock = virtualClock();
  let address = '';
  const ecr = createEcr({ store, clock, directory: join(directory, 'images'), address: () => address });
  const served = await serveGateway(createGateway([ecr]), { port: 0, host: '127.0.0.1' });
  address = `http://127.0.0.1:${served.port}`;
  onTestFinished(async () => {
    await served.close();
    store.close();
    rmSync(directory, { recursive: true, force: true });
  });
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
  const client = new ECRClient({ region: 'eu-west-1', endpoint: address, credentials, maxAttempts: 1 });
  const { authorizationData } = await client.send(new GetAuthorizationTokenCommand({}));
  const authorization = `Basic ${authorizationData?.[0]?.authorizationToken}`;

  const ask: EcrHost['ask'] = (path, init = {}) =>
    fetch(`${address}${path}`, { ...init, headers: { authorization, ...(init.headers as Record<string, string>) } });
  const pushBlob: EcrHost['pushBlob'] = async (repository, bytes) => {
    const begun = await ask(`/v2/${repository}/blobs/uploads/`, { method: 'POST' });
    const location = begun.headers.get('location') ?? '';
    const digest = sha256(bytes);
    const put = await ask(`${location}?digest=${digest}`, { method: 'PUT', body: Buffer.from(bytes) });
    if (put.status !== 201) throw new Error(await put.text());
    return digest;
  };
  return {
    client,
    address,
    directory,
    clock,
    ecr,
    ask,
    pushBlob,
    makeRepository: async (repositoryName, imageTagMutability = 'MUTABLE') => {
      await client.send(new CreateRepositoryCommand({ repositoryName, imageTagMutability }));
    },
    pushImage: async (repository, tag, layers, config = {}) => {
      const configBytes = Buffer.from(JSON.stringify({ os: 'linux', architecture: 'amd64', config }));
      const descriptors = [];
      for (const layer of layers) {
        const digest = await pushBlob(repository, layer);
        descriptors.push({ mediaType: OCI_LAYER, digest, size: layer.byteLength });
      }
      const digest = await pushBlob(repository, configBytes);
      const manifest = {
        schemaVersion: 2,
        mediaType: OCI_MANIFEST,
        config: { mediaType: OCI_CONFIG, digest, size: configBytes.byteLength },
        layers: descriptors,
      };
      return ask(`/v2/${repository}/manifests/${tag}`, {
        method: 'PUT',
        headers: { 'content-type': OCI_MANIFEST },
        body: JSON.stringify(manifest),
      });
    },
  };
}
