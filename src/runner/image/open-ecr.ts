import { setTimeout as sleep } from 'node:timers/promises';
import { GetAuthorizationTokenCommand, type ECRClient } from '@aws-sdk/client-ecr';
import { type Registry, registryClient } from './registry-client.ts';
import { RegistryError } from './registry-error.ts';

/** The registry of the account that the build runs in, by a password for a few hours. */
export async function openEcr(client: ECRClient): Promise<Registry> {
  const answer = await client.send(new GetAuthorizationTokenCommand({})).catch((cause: unknown) => {
    throw new RegistryError(`no access to the registry: ${cause instanceof Error ? cause.message : String(cause)}`, {
      cause,
    });
  });
  const { authorizationToken: basic, proxyEndpoint: endpoint } = answer.authorizationData?.[0] ?? {};
  if (basic === undefined || endpoint === undefined)
    throw new RegistryError('no access to the registry: an empty answer');
  return registryClient({ endpoint, basic }, { sleep: (milliseconds) => sleep(milliseconds) });
}
