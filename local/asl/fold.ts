import type { Definition, ParallelState } from './definition.ts';
import type { Entry, JournalRecord } from './entry.ts';
import type { Execution, ExecutionStatus, Thread } from './execution.ts';
import { iterationId, iterationThread } from './map-progress.ts';
import { expect, move } from './move.ts';
import { stateOf } from './state-of.ts';

/**
 * The reducer: the present after one more line of the journal. Pure, and with `move` the only place that says what an
 * entry means, so a history that was cut anywhere still folds to a present to go on from.
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
  if (entry.kind === 'BranchesCut' || entry.kind === 'ParallelSucceeded' || entry.kind === 'MapSucceeded') {
    for (const id of descendants(execution, thread.id)) threads.delete(id);
  }

  const next: Thread = {
    ...thread,
    ...(entry.kind === 'StateExited' && { variables: { ...thread.variables, ...entry.assigned } }),
    lastEventId: lastEventOf(thread, record),
    position: move(execution, thread, record),
  };
  threads.set(thread.id, next);
  for (const branch of branchesOf(next, record)) threads.set(branch.id, branch);
  if (entry.kind.startsWith('MapIteration')) moveIteration(threads, next, record);
  return { ...counted, threads };
}

/** What the next event of a thread follows upon. */
function lastEventOf({ lastEventId }: Thread, { entry, id, previousId }: JournalRecord): number {
  switch (entry.kind) {
    // What follows a cut is caused by the failed branch, so it continues that branch's chain.
    case 'BranchesCut':
    case 'MapSucceeded':
      return previousId;
    case 'MapIterationStarted':
    case 'MapIterationSucceeded':
    case 'MapIterationFailed':
    case 'MapIterationAborted':
      return lastEventId;
    default:
      return id ?? lastEventId;
  }
}

/** Puts the thread of an iteration there when it begins, and takes it away when it is done. */
function moveIteration(threads: Map<string, Thread>, parent: Thread, { entry, id = 0 }: JournalRecord): void {
  const { map } = expect(parent.position, 'mapping');
  if (entry.kind === 'MapIterationStarted') {
    const iteration = iterationThread(parent, map, entry, id);
    threads.set(iteration.id, iteration);
  }
  if (entry.kind === 'MapIterationSucceeded') threads.delete(iterationId(map, entry.index));
}

/** Branches of a thread's Parallel state, and theirs. */
export function descendants(execution: Execution, parent: string): readonly string[] {
  const children = [...execution.threads.values()].filter((thread) => thread.parent === parent);
  return children.flatMap((child) => [child.id, ...descendants(execution, child.id)]);
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
    ...(thread.item && { item: thread.item }),
    scope,
    variables: thread.variables,
    lastEventId: id,
    position: { phase: 'ready', next: scope.StartAt, input: entry.input },
  }));
}
