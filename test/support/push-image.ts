import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { ECRClient, GetAuthorizationTokenCommand } from '@aws-sdk/client-ecr';
import type { Gateway } from '#local/gateway/gateway.ts';
import { serveGateway } from '#local/gateway/serve-gateway.ts';
import { clientOptions } from '#local/stack/client-options.ts';
import { registryClient } from '#runner/image/registry-client.ts';
import { type ImagePlan, storeImage } from '#runner/image/store-image.ts';
import { createLog } from '#runner/log.ts';
import type { StoredArtifact } from '#runner/store-artifact.ts';

interface Wanted {
  readonly service: string;
  readonly tree: string;
  readonly plan: ImagePlan;
  /** What lies in the directory that becomes the image. */
  readonly files: Readonly<Record<string, string>>;
}

/** Builds an image as a build does, and pushes it over a socket to the registry of this gateway. */
export async function pushImage(gateway: Gateway, { service, tree, plan, files }: Wanted): Promise<StoredArtifact> {
  const served = await serveGateway(gateway, { port: 0, host: '127.0.0.1' });
  const directory = mkdtempSync(join(tmpdir(), 'push-image-'));
  try {
    for (const [name, text] of Object.entries(files)) {
      mkdirSync(dirname(join(directory, name)), { recursive: true });
      writeFileSync(join(directory, name), text);
    }
    const client = new ECRClient(clientOptions(gateway));
    const { authorizationData } = await client.send(new GetAuthorizationTokenCommand({}));
    const access = {
      endpoint: `http://127.0.0.1:${served.port}`,
      basic: authorizationData?.[0]?.authorizationToken ?? '',
    };
    const registry = registryClient(access, { sleep: async () => undefined });
    const log = createLog(() => undefined);
    return await storeImage({ openRegistry: async () => registry, log }, directory, { service, tree }, plan);
  } finally {
    rmSync(directory, { recursive: true });
    await served.close();
  }
}
