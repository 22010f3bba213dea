import type { Failure } from '#schemas/workflows/failure.ts';
import type { Paint } from './paint.ts';
import { printable } from './printable.ts';

const mostLogLines = 12;
const mostMessageLines = 5;

/** Why something failed, the last of what it wrote, and what to do. */
export function failureLines(failure: Failure, paint: Paint): readonly string[] {
  const where = failure.step === undefined ? '' : `${failure.step}: `;
  // A failing test says better what is wrong than the end of what the test runner wrote.
  const told = new Map((failure.testMessages ?? []).map(({ name, message }) => [name, message]));
  const log = told.size > 0 ? [] : (failure.logTail ?? []).slice(-mostLogLines);
  return [
    `${paint.red(`${where}${printable(failure.message, false)}`)} ${paint.dim(`(${failure.code})`)}`,
    ...(failure.failedTests ?? []).flatMap((name) => [
      `  ${paint.red('✗')} ${printable(name, false)}`,
      ...messageLines(told.get(name)).map((line) => `    ${paint.dim(printable(line, false))}`),
    ]),
    ...(log.length > 0 ? [paint.dim('  the last it wrote:')] : []),
    ...log.map((line) => `  ${paint.dim('|')} ${printable(line, paint.enabled)}`),
    ...(failure.nextAction === undefined ? [] : [printable(failure.nextAction, false)]),
  ];
}

function messageLines(message: string | undefined): readonly string[] {
  return (message ?? '')
    .split('\n')
    .filter((line) => line.trim() !== '')
    .slice(0, mostMessageLines);
}
