import type { Definition } from './definition.ts';
import { isEvent, type Entry, type JournalRecord, type Move } from './entry.ts';
import type { Execution, Task } from './execution.ts';
import { fold } from './fold.ts';
import { LIMITS } from './limits.ts';

/** Journal lines for some moves, and the present after them. */
export interface Step {
  readonly lines: readonly JournalRecord[];
  readonly execution: Execution;
  /** Submitted work that the moves left without anyone waiting for it. */
  readonly abandoned: readonly Task[];
}

export interface RunningTask {
  readonly thread: string;
  readonly task: Task;
}

/** Numbers the moves, folds them, and keeps the history within its quota. Pure. */
export function journalStep(
  before: Execution | undefined,
  moves: readonly Move[],
  at: number,
  definition: Definition,
): Step {
  const lines: JournalRecord[] = [];
  let execution = before;
  for (const move of withinQuota(before, moves)) {
    const line = lineFor(execution, move, at);
    lines.push(line);
    execution = fold(execution, line, definition);
  }
  if (!execution) throw new Error('A journal needs at least one line.');
  return { lines, execution, abandoned: abandoned(before, execution, moves) };
}

/** Tasks that integrations are working on. */
export function runningTasks(execution: Execution | undefined): readonly RunningTask[] {
  return [...(execution?.threads.values() ?? [])].flatMap(({ id, position }) =>
    position.phase === 'running' ? [{ thread: id, task: position.task }] : [],
  );
}

function lineFor(execution: Execution | undefined, { thread, entry, previousId }: Move, at: number): JournalRecord {
  return {
    seq: (execution?.seq ?? 0) + 1,
    ...(isEvent(entry) && { id: (execution?.eventId ?? 0) + 1 }),
    previousId: previousId ?? execution?.threads.get(thread)?.lastEventId ?? 0,
    thread,
    at,
    entry,
  };
}

const ENDINGS: ReadonlySet<Entry['kind']> = new Set([
  'ExecutionSucceeded',
  'ExecutionFailed',
  'ExecutionTimedOut',
  'ExecutionAborted',
] as const);

function withinQuota(before: Execution | undefined, moves: readonly Move[]): readonly Move[] {
  const events = (before?.eventId ?? 0) + moves.filter(({ entry }) => isEvent(entry)).length;
  // The last place in the history is kept for the event that ends it.
  if (events < LIMITS.historyEvents || moves.some(({ entry }) => ENDINGS.has(entry.kind))) return moves;
  const cause = `The execution reached the maximum number of history events (${LIMITS.historyEvents}).`;
  return [{ thread: 'root', entry: { kind: 'ExecutionFailed', error: 'States.Runtime', cause } }];
}

function abandoned(before: Execution | undefined, after: Execution, moves: readonly Move[]): readonly Task[] {
  const answered = new Set(
    moves
      .filter(({ entry }) => entry.kind === 'TaskSucceeded' || entry.kind === 'TaskFailed')
      .map(({ thread }) => thread),
  );
  const left = new Set(runningTasks(after).map(({ task }) => task.seq));
  return runningTasks(before)
    .filter(({ thread, task }) => task.reference !== undefined && !left.has(task.seq) && !answered.has(thread))
    .map(({ task }) => task);
}
