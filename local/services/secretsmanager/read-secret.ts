import type { HostClock } from '#local/clock.ts';
import { invalidRequest, valueNotFound } from './secret-names.ts';
import type { Secret, SecretStore } from './secret-store.ts';
import type { SecretValue, Version, VersionStore } from './version-store.ts';

interface WhichVersion {
  readonly reference: string;
  readonly id?: string | undefined;
  readonly stage?: string | undefined;
}

export interface SecretReader {
  /** @throws ServiceFault `ResourceNotFoundException`, `InvalidRequestException` */
  read(which: WhichVersion): { readonly secret: Secret; readonly version: Version; readonly value: SecretValue };
}

const DAY_MS = 86_400_000;

export function secretReader(secrets: SecretStore, versions: VersionStore, clock: HostClock): SecretReader {
  return {
    read({ reference, id, stage }) {
      const secret = alive(secrets.require(reference));
      const version = id === undefined ? byStage(versions, secret, stage) : byId(versions, secret, id, stage);
      const today = Math.floor(clock.now() / DAY_MS) * DAY_MS;
      // The day is all that AWS tells, so a second read of a day writes nothing.
      if (secret.accessedMs !== today) secrets.change(secret, { accessedMs: today });
      return { secret, version, value: versions.read(secret.arn, version.id) };
    },
  };
}

/** @throws ServiceFault `InvalidRequestException` for a secret that is to be deleted */
export function alive(secret: Secret): Secret {
  if (secret.deletionMs === undefined) return secret;
  throw invalidRequest("You can't perform this operation on the secret because it was marked for deletion.");
}

function byStage(versions: VersionStore, secret: Secret, stage = 'AWSCURRENT'): Version {
  const version = versions.withStage(secret.arn, stage);
  if (!version) throw valueNotFound(`staging label: ${stage}`);
  return version;
}

function byId(versions: VersionStore, secret: Secret, id: string, stage: string | undefined): Version {
  const version = versions.find(secret.arn, id);
  if (!version) throw valueNotFound(`VersionId: ${id}`);
  if (stage !== undefined && !version.stages.includes(stage)) {
    throw invalidRequest('You provided a VersionStage that is not associated to the provided VersionId.');
  }
  return version;
}
