import type { StepView } from '#schemas/api/deployment-view.ts';
import { stepName, type StepStatus } from '#schemas/workflows/status.ts';
import { duration } from './duration.ts';
import type { Paint } from './paint.ts';
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
    ...(step.attempt > 1 ? [paint.dim(`attempt ${step.attempt}`)] : []),
  ];
  return `  ${mark(step, paint, frame)} ${step.name.padEnd(nameWidth)}  ${notes.join('  ')}`;
}

/** The last attempt of each step, in the order in which the steps come. */
export function lastAttempts(steps: readonly StepView[]): readonly StepView[] {
  return [...new Map(steps.map((step) => [step.name, step])).values()];
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
