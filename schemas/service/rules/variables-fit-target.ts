import { lambdaSecretVariables } from '../lambda-secret-variables.ts';
import { mapAt, valueAt, type BrokenRule } from './rule.ts';

// Lambda refuses a function whose variables are larger than 4096 bytes as JSON; those that the release adds
// (`DEPLOYMENT_ID` and others, `src/domain/deployment/release-plan.ts`) need at most 256 of them.
const LAMBDA_BYTES = 4096 - 256;
// A task definition can have 64 KB in all.
const ECS_BYTES = 32 * 1024;

/** AWS takes so much and no more, and would say so only at the release. */
export function variablesFitTarget(manifest: unknown): readonly BrokenRule[] {
  const isEcs = valueAt(manifest, 'target', 'type') === 'ecs';
  const most = isEcs ? ECS_BYTES : LAMBDA_BYTES;
  return Object.keys(mapAt(manifest, 'environments')).flatMap((name): BrokenRule[] => {
    const variables = textsAt(manifest, 'environments', name, 'variables');
    if (bytesOf(variables) > most) {
      const reason = isEcs
        ? 'a task definition takes no more beside the rest of it'
        : 'Lambda takes no more beside those of the deployment';
      const message = `must be at most ${most} bytes of JSON, names and values together: ${reason}`;
      return [{ path: ['environments', name, 'variables'], message }];
    }
    const secrets = textsAt(manifest, 'environments', name, 'secrets');
    const bytes = bytesOf({ ...variables, ...(isEcs ? secrets : lambdaSecretVariables(secrets)) });
    if (bytes <= most) return [];
    const message = `must leave room: the variables and the references take ${bytes} bytes of JSON together, and ${isEcs ? 'a task definition' : 'Lambda'} takes ${most}`;
    return [{ path: ['environments', name, 'secrets'], message }];
  });
}

function textsAt(manifest: unknown, ...path: readonly string[]): Readonly<Record<string, string>> {
  const entries = Object.entries(mapAt(manifest, ...path));
  return Object.fromEntries(entries.filter((entry): entry is [string, string] => typeof entry[1] === 'string'));
}

function bytesOf(variables: Readonly<Record<string, string>>): number {
  return new TextEncoder().encode(JSON.stringify(variables)).length;
}
