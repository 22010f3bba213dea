import { buildPlan, type BuildPlan, type StageName } from '#schemas/workflows/build-plan.ts';

export const DEPLOYMENT = 'dep_01JD0000000000000000000000';
export const COMMIT = '0123456789abcdef0123456789abcdef01234567';

/** A valid plan; `stages` maps a stage to its commands, `bundle` leaves one file unless it is given. */
export function givenPlan(
  stages: Partial<Record<StageName, readonly string[]>> = {},
  overrides: Partial<BuildPlan> = {},
): BuildPlan {
  const commands = { bundle: ['mkdir -p dist', 'echo made > dist/index.mjs'], ...stages };
  const names = (['install', 'compile', 'test', 'bundle'] as const).filter((name) => commands[name]);
  return buildPlan.parse({
    version: 1,
    deploymentId: DEPLOYMENT,
    service: 'orders',
    commit: COMMIT,
    tree: COMMIT,
    run: 1,
    markToken: 'secret-token',
    directory: '.',
    arguments: {},
    environment: {},
    stages: names.map((name) => ({ name, commands: commands[name], timeoutSeconds: 60 })),
    reports: [],
    output: 'dist',
    artifactPrefix: 'artifacts/orders/',
    reportPrefix: 'reports/dep/1/',
    ...overrides,
  });
}
