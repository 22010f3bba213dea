import { secretSource } from '#schemas/service/secret-reference.ts';
import type { Secrets } from '#schemas/service/secrets.ts';

/** A variable of a build that CodeBuild itself reads from where its secret lies. */
export interface BuildSecret {
  readonly Name: string;
  readonly Type: 'SECRETS_MANAGER' | 'PARAMETER_STORE';
  readonly Value: string;
}

/** The variables as `EnvironmentVariablesOverride` takes them; the runner kit gives them their own names back. */
export function buildSecrets(secrets: Secrets): readonly BuildSecret[] {
  return Object.entries(secrets).map(([name, reference]) => {
    const source = secretSource(reference);
    const Name = `SECRET_${name}`;
    return source.store === 'ssm'
      ? { Name, Type: 'PARAMETER_STORE', Value: source.path }
      : { Name, Type: 'SECRETS_MANAGER', Value: withKey(source.name, source.jsonKey) };
  });
}

function withKey(name: string, jsonKey: string | undefined): string {
  return jsonKey === undefined ? name : `${name}:${jsonKey}`;
}
