import { secretReferenceFaults } from '#schemas/service/secret-reference-faults.ts';
import { secretSource } from '#schemas/service/secret-reference.ts';
import { Refusal, type Fault } from '../refusal.ts';
import type { Service } from './service.ts';

/** A variable of the build that fetches, as `EnvironmentVariablesOverride` takes it. */
export interface FetchVariable {
  readonly Name: 'REPOSITORY_CREDENTIALS' | 'CONNECTION';
  readonly Type: 'PLAINTEXT' | 'SECRETS_MANAGER' | 'PARAMETER_STORE';
  /** A reference or an ARN, never a secret: CodeBuild itself reads the value. */
  readonly Value: string;
}

type Access = Pick<Service, 'repositoryCredentials' | 'connection'>;

/** How the build that fetches gets at the repository: nothing for one that is open to all. */
export function fetchAccess({ repositoryCredentials, connection }: Access): readonly FetchVariable[] {
  if (connection !== undefined) return [{ Name: 'CONNECTION', Type: 'PLAINTEXT', Value: connection }];
  if (repositoryCredentials === undefined) return [];
  const source = secretSource(repositoryCredentials);
  const Name = 'REPOSITORY_CREDENTIALS';
  if (source.store === 'ssm') return [{ Name, Type: 'PARAMETER_STORE', Value: source.path }];
  const Value = source.jsonKey === undefined ? source.name : `${source.name}:${source.jsonKey}`;
  return [{ Name, Type: 'SECRETS_MANAGER', Value }];
}

/**
 * Refuses access that could not work, or that leads to another service's secrets: one role fetches for all.
 *
 * @throws Refusal `validation_error` with every fault
 */
export function checkFetchAccess(service: string, repository: string, access: Access): void {
  const faults = [...credentialFaults(service, repository, access), ...connectionFaults(repository, access)];
  if (faults.length === 0) return;
  throw new Refusal('validation_error', 'The repository cannot be fetched in this way.', { faults });
}

function credentialFaults(service: string, repository: string, { repositoryCredentials }: Access): readonly Fault[] {
  if (repositoryCredentials === undefined) return [];
  const pointer = '/repositoryCredentials';
  const outside = secretReferenceFaults(service, { repositoryCredentials });
  const needless = /^(https|ssh):/.test(repository)
    ? []
    : [{ pointer, message: 'must not be there: only repositories by https and ssh want credentials' }];
  return [...outside.map(({ message }) => ({ pointer, message })), ...needless];
}

/** Where CodeConnections leads to. */
const connectedHosts = ['github.com', 'gitlab.com', 'bitbucket.org'];

function connectionFaults(repository: string, { connection, repositoryCredentials }: Access): readonly Fault[] {
  if (connection === undefined) return [];
  const pointer = '/connection';
  const host = /^https:\/\/([^/]+)\/[^/]+\/[^/]/.exec(repository)?.[1] ?? '';
  return [
    ...(repositoryCredentials === undefined
      ? []
      : [{ pointer, message: 'must not stand beside repositoryCredentials' }]),
    ...(connectedHosts.includes(host)
      ? []
      : [{ pointer, message: `is for https repositories of ${connectedHosts.join(', ')}; use repositoryCredentials` }]),
  ];
}
