import { ServiceFault } from '#local/gateway/wire.ts';
import { BuildFailure } from './build-failure.ts';
import type { BuildRecord } from './build-record.ts';
import type { Buildspec } from './buildspec.ts';

/** Where variables come from that a record only refers to. Both throw a ServiceFault for what is not there. */
export interface SecretSources {
  readonly secretsManager: (reference: string) => string;
  readonly parameterStore: (reference: string) => string;
}

interface Referred {
  readonly name: string;
  readonly value: string;
  readonly type: 'PLAINTEXT' | 'SECRETS_MANAGER' | 'PARAMETER_STORE';
}

/** A build's own variables with their values, and which of them are secret. Never to be stored. */
export interface ResolvedVariables {
  readonly values: Readonly<Record<string, string>>;
  readonly secretNames: ReadonlySet<string>;
}

/**
 * Reads what a build's variables refer to. Later ones of a name win: the buildspec's, the project's, those of StartBuild.
 *
 * @throws BuildFailure in CodeBuild's words for a secret or parameter that is not there
 */
export function resolveVariables(
  build: BuildRecord,
  { env }: Buildspec,
  sources: SecretSources | undefined,
): ResolvedVariables {
  const variables: Referred[] = [
    ...listed(env.variables, 'PLAINTEXT'),
    ...listed(env['parameter-store'], 'PARAMETER_STORE'),
    ...listed(env['secrets-manager'], 'SECRETS_MANAGER'),
    ...build.environment.environmentVariables,
  ];
  const effective = [...new Map(variables.map((variable) => [variable.name, variable])).values()];
  return {
    values: Object.fromEntries(effective.map((variable) => [variable.name, valueOf(variable, sources)])),
    secretNames: new Set(effective.filter(({ type }) => type !== 'PLAINTEXT').map(({ name }) => name)),
  };
}

function listed(variables: Readonly<Record<string, string>>, type: Referred['type']): Referred[] {
  return Object.entries(variables).map(([name, value]) => ({ name, value, type }));
}

function valueOf({ name, value, type }: Referred, sources: SecretSources | undefined): string {
  if (type === 'PLAINTEXT') return value;
  if (!sources)
    throw new BuildFailure('CLIENT_ERROR', `${name}: this CodeBuild was opened without a source of secrets.`);
  const text = type === 'SECRETS_MANAGER' ? secret(value, sources) : parameter(value, sources);
  // Starting a shell with it would fail, with the value in the message.
  if (text.includes('\0'))
    throw new BuildFailure('CLIENT_ERROR', `${name}: ${value} holds a NUL, which no variable can.`);
  return text;
}

function secret(reference: string, sources: SecretSources): string {
  try {
    return sources.secretsManager(reference);
  } catch (error) {
    if (!(error instanceof ServiceFault)) throw error;
    throw new BuildFailure('Secrets Manager Error', `${error.code}: ${error.message}`, { cause: error });
  }
}

function parameter(reference: string, sources: SecretSources): string {
  try {
    return sources.parameterStore(reference);
  } catch (error) {
    if (!(error instanceof ServiceFault)) throw error;
    throw new BuildFailure('Decrypted Variables Error', `parameter does not exist: ${reference}`, { cause: error });
  }
}
