import type { StepView } from '#schemas/api/deployment-view.ts';
import { stepName, type StepStatus } from '#schemas/workflows/status.ts';
import { duration } from './duration.ts';
import type { Paint } from './paint.ts';
import { printable } from './printable.ts';
import { statusWord } from './status-word.ts';

const nameWidth = Math.max(...stepName.options.map((name) => name.length));
const spinner = '⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏';

export interface StepLook {
  readonly paint: Paint;
  /** Now, in milliseconds since the epoch: how long a running step has taken. */
  readonly nowMs: number;
  /** Counts up; turns the spinner. Absent where lines stay as they are. */
  readonly frame?: number;
}

/** One step on one line: mark, name, how it stands, how long. */
export function stepLine(step: StepView, { paint, nowMs, frame }: StepLook): string {
  const took = step.durationMs ?? Math.max(0, nowMs - Date.parse(step.startedAt));
  const notes = [
    ...(step.status === 'reused' ? [] : [duration(took)]),
    ...(saysItself(step, frame) ? [] : [statusWord(step.status, paint)]),
    ...testCount(step),
    ...passed(step),
    ...(step.attempt > 1 ? [paint.dim(`attempt ${step.attempt}`)] : []),
  ];
  return `  ${mark(step, paint, frame)} ${step.name.padEnd(nameWidth)}  ${notes.join('  ')}`;
}

/** The last attempt of each step, in the order in which the steps come. */
export function lastAttempts(steps: readonly StepView[]): readonly StepView[] {
  return [...new Map(steps.map((step) => [step.name, step])).values()];
}

/**
 * The last attempt of each step, each followed by what became of the attempts before it, where that was no fault of what is
 * deployed.
 */
export function stepLines(steps: readonly StepView[], look: StepLook): readonly string[] {
  return lastAttempts(steps).flatMap((last) => [
    stepLine(last, look),
    ...steps
      .filter(({ name, run, attempt }) => name === last.name && run === last.run && attempt < last.attempt)
      .flatMap((step) => earlierNote(step).map((note) => `    ${' '.repeat(nameWidth)}  ${look.paint.dim(note)}`)),
  ]);
}

function earlierNote({ attempt, status, triedAgain }: StepView): readonly string[] {
  if (triedAgain !== undefined) return [`attempt ${attempt}: ${printable(triedAgain, false)}, tried again`];
  return status === 'interrupted' ? [`attempt ${attempt}: interrupted, begun again`] : [];
}

/** What an earlier build saved, and the faults that passed. */
function passed({ cache, retries = [], triedAgain }: StepView): readonly string[] {
  const reasons = [...new Set(retries.map(({ reason }) => printable(reason, false)))].join(', ');
  return [
    ...(cache ? [`cache: saved ${duration(cache.savedMs)}`] : []),
    ...(retries.length > 0 ? [`${retries.length} ${retries.length === 1 ? 'retry' : 'retries'} (${reasons})`] : []),
    ...(triedAgain === undefined ? [] : [`${printable(triedAgain, false)}, tried again`]),
  ];
}

/** The mark is enough for most; a running step without a spinner looks like one that hangs. */
function saysItself({ status }: StepView, frame: number | undefined): boolean {
  return status === 'succeeded' || status === 'failed' || (status === 'running' && frame !== undefined);
}

function mark({ status }: StepView, paint: Paint, frame: number | undefined): string {
  const marks = {
    running: paint.cyan(frame === undefined ? '…' : spinner.charAt(frame % spinner.length)),
    succeeded: paint.green('✓'),
    reused: paint.green('='),
    failed: paint.red('✗'),
    interrupted: paint.yellow('!'),
  } as const satisfies Record<StepStatus, string>;
  return marks[status];
}

function testCount({ reports = [] }: StepView): readonly string[] {
  const tests = reports.reduce((sum, report) => sum + report.tests, 0);
  const broken = reports.reduce((sum, report) => sum + report.failures + report.errors, 0);
  if (tests === 0) return [];
  return [broken === 0 ? `${tests} ${tests === 1 ? 'test' : 'tests'}` : `${broken} of ${tests} tests failed`];
}
