import type { Failure } from '#schemas/workflows/failure.ts';
import type { StageMark } from '#schemas/workflows/stage-mark.ts';
import { clipped } from '../log/log-line.ts';

/** So many failing tests are told of at once. */
const shownTests = 3;

/** What a stage's end says of its failure, in words; `undefined` when it succeeded. */
export function stageFailure(mark: StageMark): Failure | undefined {
  const rest = {
    step: mark.stage,
    ...(mark.logTail && mark.logTail.length > 0 && { logTail: clipped(mark.logTail) }),
  };
  if (mark.status === 'timed_out') {
    return { ...rest, code: 'timeout', message: `Stage ${mark.stage} ran longer than its limit and was stopped.` };
  }
  if (mark.status !== 'failed') return undefined;
  if (mark.code) {
    const message = rest.logTail?.at(-1) ?? `Stage ${mark.stage} could not store its artifact.`;
    return { ...rest, code: mark.code, message };
  }

  const failed = (mark.reports ?? []).flatMap((report) => report.failed);
  const total = (mark.reports ?? []).reduce((sum, report) => sum + report.tests, 0);
  const broken = (mark.reports ?? []).reduce((sum, report) => sum + report.failures + report.errors, 0);
  if (failed.length > 0) {
    const names = failed.slice(0, shownTests).map(({ name }) => `"${name}"`);
    const more = broken > names.length ? ` and ${broken - names.length} more` : '';
    return {
      ...rest,
      code: 'step_failed',
      message: `${broken} of ${total} tests failed: ${names.join(', ')}${more}.`,
      failedTests: failed.slice(0, 20).map(({ name }) => name),
      testMessages: failed.slice(0, shownTests).map(({ name, message }) => ({ name, message })),
      nextAction: 'Fix the test or the code, commit, and deploy that commit.',
    };
  }
  return {
    ...rest,
    code: 'step_failed',
    message: `Stage ${mark.stage} failed with exit code ${mark.exitCode ?? 'unknown'}.`,
    nextAction: `dsctl logs ${mark.deploymentId} --step ${mark.stage} shows all that it wrote.`,
  };
}
