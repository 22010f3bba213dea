import type { Secret } from './secret-store.ts';
import type { Version } from './version-store.ts';

/** A secret as DescribeSecret and ListSecrets show it; dates in seconds. */
export function describeSecret(secret: Secret, versions: readonly Version[]) {
  return {
    ...entry(secret),
    VersionIdsToStages: stagesById(versions),
  };
}

export function listedSecret(secret: Secret, versions: readonly Version[]) {
  return {
    ...entry(secret),
    SecretVersionsToStages: stagesById(versions),
  };
}

function entry(secret: Secret) {
  const seconds = (milliseconds: number | undefined) => (milliseconds === undefined ? undefined : milliseconds / 1000);
  return {
    ARN: secret.arn,
    Name: secret.name,
    Description: secret.description,
    KmsKeyId: secret.kmsKeyId,
    CreatedDate: seconds(secret.createdMs),
    LastChangedDate: seconds(secret.changedMs),
    LastAccessedDate: seconds(secret.accessedMs),
    DeletedDate: seconds(secret.deletedMs),
    Tags: secret.tags,
  };
}

function stagesById(versions: readonly Version[]): Record<string, readonly string[]> {
  return Object.fromEntries(versions.filter(({ stages }) => stages.length > 0).map(({ id, stages }) => [id, stages]));
}
