import type { BuildPlan } from '#schemas/workflows/build-plan.ts';

const INHERITED = ['PATH', 'HOME'] as const;

/**
 * The environment of a service's commands: made from nothing, not by taking away. Credentials of the build and
 * whatever else the host sets are for the kit alone.
 */
export function stageEnvironment(
  plan: BuildPlan,
  host: NodeJS.ProcessEnv,
  secrets: Readonly<Record<string, string>>,
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
    COMMIT: plan.commit,
    SERVICE: plan.service,
  };
}
