import { secretSource } from '#schemas/service/secret-reference.ts';
import type { Secrets } from '#schemas/service/secrets.ts';

interface Place {
  readonly partition: string;
  readonly account: string;
  readonly region: string;
}

/** A variable of a container that ECS itself reads from where its secret lies. */
export interface TaskSecret {
  readonly name: string;
  readonly valueFrom: string;
}

/** The `secrets` of a container definition; `place` is where the service runs, and its secrets lie. */
export function taskSecrets(secrets: Secrets, place: Place): readonly TaskSecret[] {
  return Object.entries(secrets).map(([name, reference]) => ({ name, valueFrom: valueFrom(reference, place) }));
}

/** Without the six characters that Secrets Manager ends its ARNs with: it finds a secret by the rest. */
function valueFrom(reference: string, { partition, account, region }: Place): string {
  const source = secretSource(reference);
  if (source.store === 'ssm') return `arn:${partition}:ssm:${region}:${account}:parameter${source.path}`;
  const arn = `arn:${partition}:secretsmanager:${region}:${account}:secret:${source.name}`;
  // Key, version stage and version id: the last two empty for the current version.
  return source.jsonKey === undefined ? arn : `${arn}:${source.jsonKey}::`;
}
