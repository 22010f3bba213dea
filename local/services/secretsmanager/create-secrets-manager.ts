import type { DatabaseSync } from 'node:sqlite';
import type { HostClock } from '#local/clock.ts';
import { jsonService } from '#local/gateway/json-service.ts';
import type { WireService } from '#local/gateway/wire.ts';
import type { Sealer } from '#local/sealer.ts';
import { listSecrets } from './list-secrets.ts';
import { secretReader } from './read-secret.ts';
import { resolveReference } from './resolve-reference.ts';
import { secretOperations } from './secret-operations.ts';
import { openSecretStore } from './secret-store.ts';
import { valueOperations } from './value-operations.ts';
import { openVersionStore } from './version-store.ts';

export interface SecretsManager extends WireService {
  /**
   * The value that `name-or-arn[:json-key[:stage[:version-id]]]` means, for builds, tasks and functions of this host.
   *
   * @throws ServiceFault in Secrets Manager's words
   */
  resolveReference(reference: string): string;
}

/** The local Secrets Manager; see `behaviour.md`. */
export function createSecretsManager(options: {
  readonly store: DatabaseSync;
  readonly clock: HostClock;
  readonly sealer: Sealer;
}): SecretsManager {
  const { store, clock, sealer } = options;
  const secrets = openSecretStore(store);
  const versions = openVersionStore(store, sealer);
  const reader = secretReader(secrets, versions, clock);
  const service = jsonService({
    name: 'secretsmanager',
    targetPrefix: 'secretsmanager',
    version: '1.1',
    operations: {
      ...secretOperations({ store, clock, secrets, versions }),
      ...valueOperations({ store, clock, secrets, versions, reader }),
      ListSecrets: listSecrets(secrets, versions),
    },
  });

  return {
    ...service,
    handle(request) {
      secrets.sweep(clock.now());
      return service.handle(request);
    },
    resolveReference(reference) {
      secrets.sweep(clock.now());
      return resolveReference(reader, reference);
    },
  };
}
