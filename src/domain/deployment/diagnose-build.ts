import type { Failure } from '#schemas/workflows/failure.ts';
import type { Step } from './deployment.ts';
import { standingFailure } from './standing-failure.ts';

/** How often a build is begun again when it vanished without any stage having failed. */
export const buildRetryLimit = 2;

export type Diagnosis =
  | { readonly kind: 'failed'; readonly failure: Failure }
  /** The runner broke, not the code: worth another try. */
  | { readonly kind: 'again' };

interface EndedBuild {
  readonly status: string;
  /** False when no machine was found for it. */
  readonly began: boolean;
  /** How many builds of this kind this run has lost to the runner so far, this one included. */
  readonly lost: number;
}

/** Tells a build that failed because of what it built from one that failed because of where it ran. */
export function diagnoseBuild(steps: readonly Step[], run: number, build: EndedBuild): Diagnosis {
  const failure = standingFailure(steps, run);
  if (failure) return { kind: 'failed', failure };
  if (build.status === 'TIMED_OUT' && build.began) {
    return {
      kind: 'failed',
      failure: { code: 'timeout', message: 'The build ran longer than its limit.', step: 'build' },
    };
  }
  // Somebody did that on purpose: begun again it would only have to be stopped again.
  if (build.status === 'STOPPED') {
    return { kind: 'failed', failure: { code: 'step_failed', message: 'The build was stopped.', step: 'build' } };
  }
  if (build.status === 'FAILED') {
    const message = 'The build failed outside of its stages. Its log says why.';
    return { kind: 'failed', failure: { code: 'step_failed', message, step: 'build' } };
  }
  if (build.lost <= buildRetryLimit) return { kind: 'again' };
  return {
    kind: 'failed',
    failure: {
      code: 'unavailable',
      message: build.began
        ? `The build runner was lost ${build.lost} times (${build.status}).`
        : `No build runner was free, ${build.lost} times.`,
      step: 'build',
      nextAction: 'Look at the runner, then deploy the commit again.',
    },
  };
}
