import { expect, test } from 'vitest';
import { stageFailure } from '#domain/deployment/stage-failure.ts';
import { stageMark } from '#schemas/workflows/stage-mark.ts';
import { depId, moment } from '../../../support/builders.ts';

/** What DynamoDB takes as one item. */
const mostBytes = 400 * 1024;
/** Three bytes a character, the most that one takes in UTF-8. */
const text = (length: number) => '一'.repeat(length);

function aMark(nameLength: number, failedTests = 20) {
  const failed = Array.from({ length: failedTests }, () => ({
    name: text(nameLength),
    suite: text(300),
    message: text(500),
  }));
  const report = { type: 'junit', key: text(1024), tests: 20, failures: 20, errors: 0, skipped: 0 };
  const others = Array.from({ length: 19 }, () => ({ ...report, failed: [] }));
  return {
    deploymentId: depId(),
    token: 't',
    buildId: 'b:1',
    run: 1,
    stage: 'test',
    status: 'failed',
    at: moment().at,
    reports: [{ ...report, failed }, ...others],
    logTail: Array.from({ length: 20 }, () => text(1_000)),
  };
}

test('the largest mark makes a step that the table can hold, with room to spare', () => {
  const mark = stageMark.parse(aMark(300));
  const step = JSON.stringify({ reports: mark.reports, failure: stageFailure(mark) });
  expect(Buffer.byteLength(step)).toBeLessThan(mostBytes / 2);
});

test.each([
  ['a name of 100 KB', aMark(100_000)],
  ['a line of 100 KB', { ...aMark(1), logTail: [text(100_000)] }],
  ['a key of 100 KB', { ...aMark(1), reports: [{ ...aMark(1).reports[0], key: text(100_000) }] }],
  ['20 failed tests in each of two reports', { ...aMark(1), reports: [aMark(1).reports[0], aMark(1).reports[0]] }],
])('a mark with %s is refused', (_, mark) => {
  expect(stageMark.safeParse(mark).success).toBe(false);
});
