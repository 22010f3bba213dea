import type { StepName } from '#schemas/workflows/status.ts';

interface StepDefinition {
  /** Orders the steps of a deployment; gaps leave room for steps of later capabilities. */
  readonly number: number;
  /** Whether a retry keeps the result of an earlier success. Release and verify are always done anew. */
  readonly kept: boolean;
}

export const stepCatalog = {
  source: { number: 10, kept: true },
  install: { number: 20, kept: false },
  compile: { number: 30, kept: false },
  test: { number: 40, kept: false },
  bundle: { number: 50, kept: false },
  sign: { number: 60, kept: true },
  approval: { number: 70, kept: false },
  release: { number: 80, kept: false },
  verify: { number: 90, kept: false },
  rollback: { number: 95, kept: false },
} as const satisfies Record<StepName, StepDefinition>;

/** The stages that one build runs, in order. */
export const buildStages = ['install', 'compile', 'test', 'bundle'] as const satisfies readonly StepName[];

export function isBuildStage(name: StepName): boolean {
  return (buildStages as readonly StepName[]).includes(name);
}
