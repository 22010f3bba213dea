import { RunnerFailure } from './runner-failure.ts';

/**
 * CodeBuild hands the secrets over under this and their names, so that none can take the place of a variable that the kit
 * itself runs by. `src/domain/deployment/build-secrets.ts` puts it there.
 */
const prefix = 'SECRET_';

/**
 * The secrets of the service's commands, by the names of their variables.
 *
 * @throws RunnerFailure naming those that the build was started without
 */
export function secretVariables(
  names: readonly string[],
  environment: NodeJS.ProcessEnv,
): Readonly<Record<string, string>> {
  const absent = names.filter((name) => environment[prefix + name] === undefined);
  if (absent.length > 0) throw new RunnerFailure(`the build was started without its secrets ${absent.join(', ')}`);
  return Object.fromEntries(names.map((name) => [name, environment[prefix + name] ?? '']));
}
