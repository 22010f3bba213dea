import type { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type { ArtifactRegistry } from '#ports/artifact-registry.ts';
import type { BlobStore } from '#ports/blob-store.ts';
import type { Clock } from '#ports/clock.ts';
import type { DeploymentStore } from '#ports/deployment-store.ts';
import { NamedSecrets } from '../secretsmanager/named-secrets.ts';
import { BuiltInArtifactRegistry } from './built-in-registry.ts';
import { HttpArtifactRegistry } from './http-registry.ts';
import { PairedArtifactRegistry } from './paired-registry.ts';

interface RegistryOptions {
  readonly deployments: Pick<DeploymentStore, 'findArtifact'>;
  readonly blobs: Pick<BlobStore, 'get'>;
  readonly secrets: () => SecretsManagerClient;
  readonly clock: Clock;
  /** Of an external service. */
  readonly serviceUrl: string | undefined;
  /** Name of the secret that holds its token. */
  readonly serviceToken: string | undefined;
}

/** The registry that the configuration wants: the built-in one, with an external service behind it where one is named. */
export function openArtifactRegistry(options: RegistryOptions): ArtifactRegistry {
  const { clock, serviceUrl: url, serviceToken } = options;
  const own = new BuiltInArtifactRegistry(options);
  if (url === undefined) return own;
  const secrets = new NamedSecrets(options.secrets, clock);
  const token = async (): Promise<string | undefined> =>
    serviceToken === undefined ? undefined : secrets.value(serviceToken);
  return new PairedArtifactRegistry(own, new HttpArtifactRegistry({ url, token, clock }));
}
