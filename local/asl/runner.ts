import { transaction } from '#local/store.ts';
import { answerMoves, type TaskAnswer } from './answer-task.ts';
import { decide } from './decide.ts';
import type { Definition } from './definition.ts';
import type { Move } from './entry.ts';
import type { Execution, Position } from './execution.ts';
import { messageOf } from './expression.ts';
import type { ExecutionRecord } from './execution-record.ts';
import type { Host } from './host.ts';
import type { Identity } from './identity.ts';
import { fold } from './fold.ts';
import { journalStep, runningTasks } from './journal-step.ts';
import type { Ending } from './journal.ts';
import { dueOfTask } from './lateness.ts';
import { statusChange } from './status-change.ts';
import { createTaskCalls } from './task-calls.ts';
import type { TokenSubject } from './task-token.ts';

/** Runs one execution: decides, writes, and only then acts. */
export type Runner = ReturnType<typeof createRunner>;

/** @param onEnd called after the end of the execution was written */
export function createRunner(host: Host, record: Omit<ExecutionRecord, 'status'>, onEnd: () => void) {
  const definition = JSON.parse(record.definition) as Definition;
  const identity: Identity = {
    executionArn: record.arn,
    executionName: record.name,
    roleArn: record.machine.roleArn,
    machineArn: record.machine.arn,
    machineName: record.machine.name,
  };
  let execution: Execution | undefined;
  let pumping = false;
  let halted = false;
  let cancelTimer = (): void => undefined;
  const calls = createTaskCalls({ host, identity, commit, present });

  function present(): Execution | undefined {
    return halted ? undefined : execution;
  }

  /** Appends the moves, all or none. What follows from them is left to `act`. */
  function write(moves: readonly Move[]): void {
    if (halted) return;
    const step = journalStep(execution, moves, host.clock.now(), definition);
    transaction(host.store, () => {
      for (const line of step.lines) host.journal.append(record.key, line);
      for (const { resource, reference = '' } of step.abandoned) host.outbox.add({ kind: 'stop', resource, reference });
      if (step.execution.status === 'RUNNING') return;
      host.journal.end(record.key, endingOf(step.execution, step.lines.at(-1)?.entry, host.clock.now()));
      const ended = host.journal.find(record.arn);
      if (ended) host.outbox.add({ kind: 'status', change: statusChange(ended) });
    });
    execution = step.execution;
  }

  function act(): void {
    if (halted || !execution) return;
    host.outbox.flush();
    if (execution.status !== 'RUNNING') {
      halt();
      onEnd();
      return;
    }
    for (const running of runningTasks(execution)) calls.begin(running);
    wake();
  }

  function commit(moves: readonly Move[]): void {
    write(moves);
    act();
  }

  function wake(): void {
    if (pumping || halted) return;
    pumping = true;
    host.track(pump());
  }

  /** Takes decisions until every thread waits for something. */
  async function pump(): Promise<void> {
    try {
      for (let seen = present(); seen; seen = present()) {
        const moves = await nextMoves(seen);
        // An answer, a timer or a stop came in between: the decision was about a present that is gone.
        if (present() !== seen) continue;
        if (moves.length === 0) return arm(seen);
        commit(moves);
      }
    } catch (error) {
      if (halted) return;
      console.error(`local states: ${record.arn}:`, error);
      commit([
        { thread: 'root', entry: { kind: 'ExecutionFailed', error: 'States.Runtime', cause: messageOf(error) } },
      ]);
    } finally {
      // In the same turn as the last look, or something that comes in now would wake nobody.
      pumping = false;
    }
  }

  async function nextMoves(seen: Execution): Promise<readonly Move[]> {
    if (deadlineOf(seen) <= host.clock.now()) return [{ thread: 'root', entry: { kind: 'ExecutionTimedOut' } }];
    for (const thread of seen.threads.values()) {
      const moves = await decide({ definition, execution: seen, identity, sources: host.sources }, thread);
      if (moves.length > 0 || execution !== seen) return moves;
    }
    return [];
  }

  /** One timer for the earliest due time; all of them are in the journal, so a restart finds them again. */
  function arm(present: Execution): void {
    cancelTimer();
    const due = Math.min(deadlineOf(present), ...[...present.threads.values()].map(({ position }) => dueOf(position)));
    if (due !== Number.POSITIVE_INFINITY) cancelTimer = host.clock.after(due - host.clock.now(), wake);
  }

  function deadlineOf({ startedAt }: Execution): number {
    const { TimeoutSeconds } = definition;
    return TimeoutSeconds === undefined ? Number.POSITIVE_INFINITY : startedAt + TimeoutSeconds * 1000;
  }

  function halt(): void {
    halted = true;
    cancelTimer();
  }

  return {
    write,
    act,
    commit,
    /** Ends all activity without a trace, as the end of the process would. */
    halt,
    /** Takes an answer that came with a task's token; false when nobody waits for it any more. */
    answer(subject: TokenSubject, answer: TaskAnswer): boolean {
      const seen = present();
      const now = host.clock.now();
      const moves = seen && deadlineOf(seen) > now ? answerMoves(seen, subject, answer, now) : undefined;
      if (moves !== undefined && moves.length > 0) commit(moves);
      return moves !== undefined;
    },
    /** Reads the journal and goes on where it stops. */
    restore(): void {
      for (const line of host.journal.lines(record.key)) execution = fold(execution, line, definition);
      calls.takeUp(runningTasks(execution));
      act();
    },
  };
}

function dueOf(position: Position): number {
  if (position.phase === 'waiting' || position.phase === 'retrying') return position.due;
  if (position.phase === 'running') return dueOfTask(position.task);
  return Number.POSITIVE_INFINITY;
}

function endingOf({ status }: Execution, entry: Move['entry'] | undefined, stoppedAt: number): Ending {
  if (entry?.kind === 'ExecutionSucceeded') return { status, stoppedAt, output: JSON.stringify(entry.output) };
  if (entry?.kind !== 'ExecutionFailed' && entry?.kind !== 'ExecutionAborted') return { status, stoppedAt };
  const { error, cause } = entry;
  return { status, stoppedAt, ...(error !== undefined && { error }), ...(cause !== undefined && { cause }) };
}
