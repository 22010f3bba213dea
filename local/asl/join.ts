import type { Entry, Move } from './entry.ts';
import type { At, Execution, Thread } from './execution.ts';
import { descendants } from './fold.ts';
import { stateOf } from './state-of.ts';
import { iterationId } from './map-progress.ts';

/** A Parallel ends when all its branches have, or when one broke: then the others are ended in the same breath. */
export function joinBranches(execution: Execution, thread: Thread, { branches }: At<'branching'>): readonly Move[] {
  const outputs = [];
  for (const id of branches) {
    const branch = execution.threads.get(id);
    if (branch?.position.phase === 'broken') return cut(execution, thread, branch);
    if (branch?.position.phase === 'finished') outputs.push(branch.position.output);
  }
  if (outputs.length < branches.length) return [];
  return [{ thread: thread.id, entry: { kind: 'ParallelSucceeded', output: outputs } }];
}

/** A Map does so likewise; until then an iteration that is over makes room for the next. */
export function joinIterations(execution: Execution, thread: Thread, { map, visit }: At<'mapping'>): readonly Move[] {
  const state = visit.state;
  const present = Array.from({ length: map.begun }, (_, index) => execution.threads.get(iterationId(map, index)));
  const running = present.filter((each) => each !== undefined);
  const broken = running.find(({ position }) => position.phase === 'broken');
  if (broken) return cut(execution, thread, broken);

  const over = running.filter(({ position }) => position.phase === 'finished');
  if (over.length > 0) {
    return over.flatMap(({ iteration, lastEventId: previousId }) =>
      iteration ? [{ thread: thread.id, previousId, entry: { kind: 'MapIterationSucceeded', ...iteration } }] : [],
    );
  }
  const room = Math.min(map.limit - running.length, map.items.length - map.begun);
  if (room > 0) {
    return Array.from({ length: room }, (_, further) => ({
      thread: thread.id,
      previousId: map.beforeNext,
      entry: { kind: 'MapIterationStarted', state, index: map.begun + further },
    }));
  }
  if (running.length > 0) return [];
  const output = map.items.map((_, index) => map.outputs[index] ?? null);
  return [{ thread: thread.id, previousId: map.beforeEnd, entry: { kind: 'MapSucceeded', output } }];
}

function cut(execution: Execution, thread: Thread, broken: Thread): readonly Move[] {
  const previousId = broken.lastEventId;
  const { final: _, ...failure } = broken.position.phase === 'broken' ? broken.position.failure : {};
  const failed = broken.iteration
    ? [{ thread: thread.id, previousId, entry: { kind: 'MapIterationFailed', ...broken.iteration } as const }]
    : [];
  const aborts = descendants(execution, thread.id)
    .toReversed()
    .flatMap((id) => execution.threads.get(id) ?? [])
    .filter(({ id }) => id !== broken.id)
    .flatMap((each) => abortMoves(each, previousId));
  // A failure that no Catcher inside the branch could hold is an ordinary one for the state around it.
  const entry: Entry = { kind: 'BranchesCut', ...failure, final: false };
  return [...failed, ...aborts, { thread: thread.id, previousId, entry }];
}

function abortMoves(thread: Thread, previousId: number): readonly Move[] {
  const { id, parent, iteration } = thread;
  const own = { thread: id, previousId, entry: abortEntry(thread) };
  if (parent === undefined || !iteration) return [own];
  return [own, { thread: parent, previousId, entry: { kind: 'MapIterationAborted', ...iteration } }];
}

/** Only four kinds of state can be interrupted; a branch that is between two steps just ends. */
function abortEntry({ position, scope }: Thread): Entry {
  if ('visit' in position) {
    const { Type } = stateOf(scope, position.visit.state);
    if (Type === 'Task' || Type === 'Wait' || Type === 'Parallel' || Type === 'Map') {
      return { kind: 'StateAborted', type: Type };
    }
  }
  return { kind: 'BranchDropped' };
}
