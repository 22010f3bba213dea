import type { StepName } from '#schemas/workflows/status.ts';

interface StepSpan {
  readonly name: string;
  /** `cicd.pipeline.task.type` */
  readonly type: 'build' | 'test' | 'deploy';
}

/** What the span of each step is called: the part of the system that works, and what it does. */
export const stepSpans = {
  source: { name: 'source.fetch', type: 'build' },
  install: { name: 'build.install', type: 'build' },
  compile: { name: 'build.compile', type: 'build' },
  test: { name: 'tests.run', type: 'test' },
  bundle: { name: 'build.bundle', type: 'build' },
  sign: { name: 'artifact.sign', type: 'build' },
  approval: { name: 'approval.wait', type: 'deploy' },
  release: { name: 'release.shift', type: 'deploy' },
  verify: { name: 'release.verify', type: 'deploy' },
  rollback: { name: 'release.rollback', type: 'deploy' },
} as const satisfies Record<StepName, StepSpan>;

/** Spans that are no single step. */
export const otherSpans = {
  run: 'deployment',
  retry: 'deployment.retry',
  queue: 'queue.wait',
  build: 'build',
} as const;
