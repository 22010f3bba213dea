import type { Definition, ParallelState, Scope, State } from './definition.ts';
import type { Entry, JournalRecord } from './entry.ts';
import type { At, Execution, ExecutionStatus, Phase, Position, Thread } from './execution.ts';

/**
 * The reducer: the present after one more line of the journal. Pure, and the only place that says what an entry means,
 * so a history that was cut anywhere still folds to a present to go on from.
 */
export function fold(execution: Execution | undefined, record: JournalRecord, definition: Definition): Execution {
  const { entry } = record;
  if (!execution) return begun(record, definition);
  const counted = { ...execution, seq: record.seq, eventId: record.id ?? execution.eventId };

  const ended = endStatus(entry);
  if (ended) return { ...counted, status: ended, threads: new Map() };

  const thread = execution.threads.get(record.thread);
  if (!thread) throw new Error(`The journal speaks of thread ${record.thread}, which is not there.`);
  const threads = new Map(execution.threads);
  if (entry.kind === 'StateAborted' || entry.kind === 'BranchDropped') {
    threads.delete(thread.id);
    return { ...counted, threads };
  }
  if (entry.kind === 'BranchesCut' || entry.kind === 'ParallelSucceeded') {
    for (const id of descendants(execution, thread.id)) threads.delete(id);
  }

  const next: Thread = {
    ...thread,
    ...(entry.kind === 'StateExited' && { variables: { ...thread.variables, ...entry.assigned } }),
    // What follows a cut is caused by the failed branch, so it continues that branch's chain.
    lastEventId: record.id ?? (entry.kind === 'BranchesCut' ? record.previousId : thread.lastEventId),
    position: move(thread, record),
  };
  threads.set(thread.id, next);
  for (const branch of branchesOf(next, record)) threads.set(branch.id, branch);
  return { ...counted, threads };
}

/** Branches of a thread's Parallel state, and theirs. */
export function descendants(execution: Execution, parent: string): readonly string[] {
  const children = [...execution.threads.values()].filter((thread) => thread.parent === parent);
  return children.flatMap((child) => [child.id, ...descendants(execution, child.id)]);
}

export function stateOf(scope: Scope, name: string): State {
  const state = scope.States[name];
  if (!state) throw new Error(`The definition has no state ${name}.`);
  return state;
}

function begun({ entry, at, seq, id = 1 }: JournalRecord, definition: Definition): Execution {
  if (entry.kind !== 'ExecutionStarted') throw new Error(`A journal cannot begin with ${entry.kind}.`);
  const root: Thread = {
    id: 'root',
    scope: definition,
    variables: {},
    // As in the service, the first state names no predecessor either.
    lastEventId: 0,
    position: { phase: 'ready', next: definition.StartAt, input: entry.input },
  };
  const threads = new Map([[root.id, root]]);
  return { status: 'RUNNING', startedAt: at, input: entry.input, seq, eventId: id, threads };
}

function endStatus(entry: Entry): ExecutionStatus | undefined {
  if (entry.kind === 'ExecutionSucceeded') return 'SUCCEEDED';
  if (entry.kind === 'ExecutionFailed') return 'FAILED';
  if (entry.kind === 'ExecutionTimedOut') return 'TIMED_OUT';
  if (entry.kind === 'ExecutionAborted') return 'ABORTED';
  return undefined;
}

function branchesOf(thread: Thread, { entry, seq, id = 0 }: JournalRecord): readonly Thread[] {
  if (entry.kind !== 'ParallelStarted' || thread.position.phase !== 'branching') return [];
  const state = stateOf(thread.scope, thread.position.visit.state) as ParallelState;
  return state.Branches.map((scope, index) => ({
    id: `${seq}.${index}`,
    parent: thread.id,
    scope,
    variables: thread.variables,
    lastEventId: id,
    position: { phase: 'ready', next: scope.StartAt, input: entry.input },
  }));
}

function move(thread: Thread, record: JournalRecord): Position {
  const { entry, at, seq, id = 0 } = record;
  const { position } = thread;
  switch (entry.kind) {
    case 'StateEntered': {
      const visit = {
        state: entry.state,
        enteredId: id,
        enteredAt: at,
        input: entry.input,
        retries: {},
        retryCount: 0,
      };
      return { phase: 'entered', visit };
    }
    case 'WaitArmed':
      return { phase: 'waiting', visit: visitOf(position), due: entry.due };
    case 'TaskScheduled': {
      const { resource, parameters, timeoutSeconds } = entry;
      const deadline = timeoutSeconds === undefined ? {} : { deadline: at + timeoutSeconds * 1000 };
      return { phase: 'scheduled', visit: visitOf(position), task: { seq, resource, parameters, ...deadline } };
    }
    case 'TaskStarted':
      return { ...expect(position, 'scheduled'), phase: 'running' };
    case 'TaskSubmitted': {
      const running = expect(position, 'running');
      return { ...running, task: { ...running.task, reference: entry.reference } };
    }
    case 'TaskSucceeded':
    case 'ParallelSucceeded':
      return { phase: 'answered', visit: visitOf(position), result: entry.output };
    case 'TaskFailed':
    case 'StateFailed':
    case 'BranchesCut': {
      const { error, cause } = entry;
      const failure = {
        ...(error !== undefined && { error }),
        ...(cause !== undefined && { cause }),
        final: entry.kind !== 'TaskFailed' && entry.final,
      };
      const reported = position.phase === 'failed' && position.reported;
      return { phase: 'failed', visit: visitOf(position), failure, reported };
    }
    case 'TaskTimedOut': {
      const failure = { error: 'States.Timeout', final: false };
      return { phase: 'failed', visit: visitOf(position), failure, reported: false };
    }
    case 'EvaluationFailed': {
      const failure = { error: 'States.QueryEvaluationError', cause: entry.cause, final: entry.final };
      const reported = position.phase === 'failed' && position.reported;
      return { phase: 'failed', visit: visitOf(position), failure, reported };
    }
    case 'RetryArmed': {
      const visit = visitOf(position);
      const retries = { ...visit.retries, [entry.retrier]: (visit.retries[entry.retrier] ?? 0) + 1 };
      return { phase: 'retrying', visit: { ...visit, retries, retryCount: visit.retryCount + 1 }, due: entry.due };
    }
    case 'ParallelStarted': {
      const state = stateOf(thread.scope, visitOf(position).state) as ParallelState;
      const branches = state.Branches.map((_, index) => `${seq}.${index}`);
      return { phase: 'branching', visit: visitOf(position), branches };
    }
    case 'ParallelFailed':
      return { ...expect(position, 'failed'), reported: true };
    case 'BranchFailed':
      return { phase: 'broken', failure: expect(position, 'failed').failure };
    case 'StateExited':
      return entry.next === undefined
        ? { phase: 'finished', output: entry.output }
        : { phase: 'ready', next: entry.next, input: entry.output };
    default:
      throw new Error(`${entry.kind} does not move a thread.`);
  }
}

function visitOf(position: Position) {
  if ('visit' in position) return position.visit;
  throw new Error(`A thread in phase ${position.phase} is in no state.`);
}

function expect<P extends Phase>(position: Position, phase: P): At<P> {
  if (position.phase === phase) return position as At<P>;
  throw new Error(`The journal needs phase ${phase}, the thread is in ${position.phase}.`);
}
