import type { DatabaseSync } from 'node:sqlite';
import type { HostClock } from '#local/clock.ts';
import { jsonService } from '#local/gateway/json-service.ts';
import { parseInput } from '#local/gateway/parse-input.ts';
import type { WireService } from '#local/gateway/wire.ts';
import * as z from 'zod';
import { openBlobFiles } from './blob-files.ts';
import { imageOperations } from './image-operations.ts';
import { createPullThrough } from './pull-through.ts';
import { registryApi } from './registry-api.ts';
import { registryFault } from './registry-answer.ts';
import { openRegistrySettings } from './registry-settings.ts';
import { openRegistryStore, REGISTRY_ID } from './registry-store.ts';
import { openRegistryTokens } from './registry-tokens.ts';
import { repositoryOperations } from './repository-operations.ts';
import { imageReader } from './unpack-image.ts';

interface EcrOptions {
  readonly store: DatabaseSync;
  readonly clock: HostClock;
  /** Holds the bytes of blobs. */
  readonly directory: string;
  /** Where the endpoint is reached by then, such as `http://127.0.0.1:4566`. */
  readonly address: () => string;
}

export type Ecr = ReturnType<typeof createEcr>;

/** ECR on the wire: its JSON API, the registry API under `/v2/`, and what the local ECS asks of both. */
export function createEcr({ store, clock, directory, address }: EcrOptions) {
  const registry = openRegistryStore(store);
  const files = openBlobFiles(directory);
  const settings = openRegistrySettings(store, clock);
  const tokens = openRegistryTokens(store, clock);
  const pullThrough = createPullThrough({ registry, files, settings, clock });
  const parts = { registry, files, settings, tokens, pullThrough, clock, address };
  const serveRegistry = registryApi(parts);
  const serveApi = jsonService({
    name: 'ecr',
    targetPrefix: 'AmazonEC2ContainerRegistry_V20150921',
    version: '1.1',
    operations: {
      ...repositoryOperations(registry, clock),
      ...imageOperations(registry),
      ...settings.operations,
      GetAuthorizationToken(input) {
        const registryIds = z.tuple([z.literal(REGISTRY_ID)]).optional();
        parseInput(z.strictObject({ registryIds }), input, 'InvalidParameterException');
        const { authorizationToken, expiresMs } = tokens.issue();
        return {
          authorizationData: [{ authorizationToken, expiresAt: expiresMs / 1000, proxyEndpoint: address() }],
        };
      },
    },
  });
  const service: WireService = {
    name: 'ecr',
    handle: (request) => (isRegistryPath(request.path) ? serveRegistry(request) : serveApi.handle(request)),
    fault: (fault, request) =>
      isRegistryPath(request.path) || !serveApi.fault ? registryFault(fault) : serveApi.fault(fault, request),
  };
  return { ...service, ...imageReader(parts) };
}

function isRegistryPath(path: string): boolean {
  return path === '/v2' || path.startsWith('/v2/');
}
