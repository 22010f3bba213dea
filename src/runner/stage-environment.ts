import type { BuildPlan } from '#schemas/workflows/build-plan.ts';

const INHERITED = ['PATH', 'HOME'] as const;

/**
 * The environment of a service's commands: made from nothing, not by taking away. Credentials of the build and
 * whatever else the host sets are for the kit alone.
 *
 * @param seesCommit false for a stage whose result serves other commits as well
 */
export function stageEnvironment(
  plan: BuildPlan,
  host: NodeJS.ProcessEnv,
  secrets: Readonly<Record<string, string>>,
  seesCommit = true,
): Readonly<Record<string, string>> {
  const inherited = INHERITED.flatMap((name) => (host[name] === undefined ? [] : [[name, host[name]] as const]));
  return {
    ...Object.fromEntries(inherited),
    LANG: host['LANG'] ?? 'C.UTF-8',
    CI: 'true',
    ...plan.arguments,
    ...plan.environment,
    ...secrets,
    // Facts of the build: a variable of the service must not be able to claim another commit.
    ...(seesCommit && { COMMIT: plan.commit }),
    SERVICE: plan.service,
  };
}

/** What of it a stage's result follows from, by value: not the secrets, nor where this host happens to keep things. */
export function keyedEnvironment(
  plan: BuildPlan,
  host: NodeJS.ProcessEnv,
  seesCommit: boolean,
): Readonly<Record<string, string>> {
  const { HOME: _, ...keyed } = stageEnvironment(plan, { ...host, HOME: undefined }, {}, seesCommit);
  return { ...keyed, ...('HOME' in plan.arguments && { HOME: plan.arguments['HOME'] ?? '' }) };
}
