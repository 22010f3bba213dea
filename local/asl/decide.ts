import { beginState } from './begin-state.ts';
import type { Entry, Move } from './entry.ts';
import type { Execution, Thread, Visit } from './execution.ts';
import { descendants, stateOf } from './fold.ts';
import { conclude, ResultTooLarge } from './conclude.ts';
import { recover } from './recover.ts';
import { QueryFailure } from './render.ts';
import type { World } from './world.ts';

/**
 * What has to happen next in a thread, given the present and the time; empty when it waits for something. Nothing here
 * acts: the moves are written first and acted upon afterwards.
 */
export async function decide(world: World, thread: Thread): Promise<readonly Move[]> {
  const { position } = thread;
  try {
    if (position.phase === 'branching') return join(world.execution, thread, position.branches);
    const entry = await decideEntry(world, thread);
    return entry ? [{ thread: thread.id, entry }] : [];
  } catch (error) {
    if (!('visit' in position)) throw error;
    // What fails while a Catcher is at work must not meet the same Catcher again.
    const entry = failureEntry(error, position.visit, position.phase === 'failed');
    if (!entry) throw error;
    return [{ thread: thread.id, entry }];
  }
}

async function decideEntry(world: World, thread: Thread): Promise<Entry | undefined> {
  const { position, scope } = thread;
  const now = world.sources.now();
  switch (position.phase) {
    case 'ready': {
      const type = stateOf(scope, position.next).Type;
      return { kind: 'StateEntered', state: position.next, type, input: position.input };
    }
    case 'entered':
      return beginState(world, thread, position.visit);
    case 'retrying':
      return position.due <= now ? beginState(world, thread, position.visit) : undefined;
    case 'waiting':
      return position.due <= now ? conclude(world, thread, position.visit) : undefined;
    case 'scheduled':
      return { kind: 'TaskStarted', resource: position.task.resource };
    case 'running': {
      const late = position.task.deadline !== undefined && position.task.deadline <= now;
      return late ? { kind: 'TaskTimedOut', resource: position.task.resource } : undefined;
    }
    case 'answered':
      return conclude(world, thread, position.visit, { result: position.result });
    case 'failed':
      return recover(world, thread, position);
    case 'finished':
      return thread.parent === undefined ? { kind: 'ExecutionSucceeded', output: position.output } : undefined;
    default:
      return undefined;
  }
}

function failureEntry(error: unknown, visit: Visit, final: boolean): Entry | undefined {
  if (error instanceof QueryFailure) {
    const where = `An error occurred while executing the state '${visit.state}' (entered at the event id #${visit.enteredId}).`;
    const cause = `${where} ${error.message}`;
    return { kind: 'EvaluationFailed', state: visit.state, location: error.location, cause, final };
  }
  if (error instanceof ResultTooLarge) {
    return { kind: 'StateFailed', error: 'States.DataLimitExceeded', cause: error.message, final };
  }
  return undefined;
}

/** A Parallel ends when all its branches have, or when one broke: then the others are ended in the same breath. */
function join(execution: Execution, thread: Thread, branches: readonly string[]): readonly Move[] {
  const outputs = [];
  for (const id of branches) {
    const branch = execution.threads.get(id);
    if (branch?.position.phase === 'broken') return cut(execution, thread, branch);
    if (branch?.position.phase === 'finished') outputs.push(branch.position.output);
  }
  if (outputs.length < branches.length) return [];
  return [{ thread: thread.id, entry: { kind: 'ParallelSucceeded', output: outputs } }];
}

function cut(execution: Execution, thread: Thread, broken: Thread): readonly Move[] {
  const previousId = broken.lastEventId;
  const failure = broken.position.phase === 'broken' ? broken.position.failure : {};
  const { error, cause } = failure;
  const aborts = descendants(execution, thread.id)
    .toReversed()
    .filter((id) => id !== broken.id)
    .map((id) => ({ thread: id, previousId, entry: abortEntry(execution.threads.get(id)) }));
  const cutEntry: Entry = {
    kind: 'BranchesCut',
    ...(error !== undefined && { error }),
    ...(cause !== undefined && { cause }),
    // A failure that no Catcher inside the branch could hold is an ordinary one for the Parallel around it.
    final: false,
  };
  return [...aborts, { thread: thread.id, previousId, entry: cutEntry }];
}

/** Only three kinds of state can be interrupted; a branch that is between two steps just ends. */
function abortEntry(thread: Thread | undefined): Entry {
  const position = thread?.position;
  if (thread && position && 'visit' in position) {
    const { Type } = stateOf(thread.scope, position.visit.state);
    if (Type === 'Task' || Type === 'Wait' || Type === 'Parallel') return { kind: 'StateAborted', type: Type };
  }
  return { kind: 'BranchDropped' };
}
