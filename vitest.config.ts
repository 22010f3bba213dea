import { defineConfig } from 'vitest/config';

// `fast` is part of `npm run check`; `slow` starts whole hosts, synthesizes templates and runs real builds.
/** Fast for what they do, but they do it hundreds of times. */
const long = ['test/workflow/interleavings.test.ts', 'test/workflow/faults.test.ts'];

export default defineConfig({
  test: {
    testTimeout: 30_000,
    hookTimeout: 30_000,
    reporters: ['default', './test/infra/grants-reporter.ts'],
    projects: [
      {
        extends: true,
        test: {
          name: 'fast',
          include: ['test/{unit,contract,workflow,arch}/**/*.test.ts'],
          exclude: long,
        },
      },
      {
        extends: true,
        test: {
          name: 'slow',
          include: ['test/{infra,e2e}/**/*.test.ts', ...long],
          testTimeout: 120_000,
          hookTimeout: 120_000,
          env: { CDK_VALIDATION: 'false' },
          maxWorkers: 1,
        },
      },
    ],
  },
});
