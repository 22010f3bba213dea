import type { Entry, JournalRecord } from './entry.ts';
import type { MapProgress, Thread } from './execution.ts';
import type { MapState } from './definition.ts';

type Kind<K extends Entry['kind']> = Extract<Entry, { kind: K }>;

export function iterationId({ seq }: Pick<MapProgress, 'seq'>, index: number): string {
  return `${seq}.${index}`;
}

/** A Map that has begun, none of its iterations yet. */
export function mapBegun({ items, inputs = items, limit }: Kind<'MapStarted'>, seq: number, id: number): MapProgress {
  return { seq, items, inputs, limit, begun: 0, outputs: {}, beforeNext: id, beforeEnd: id };
}

/** The thread of an iteration that begins. */
export function iterationThread(
  parent: Thread,
  map: MapProgress,
  { state, index }: Kind<'MapIterationStarted'>,
  id: number,
): Thread {
  const { ItemProcessor: scope } = parent.scope.States[state] as MapState;
  return {
    id: iterationId(map, index),
    parent: parent.id,
    iteration: { state, index },
    item: { index, value: map.items[index] ?? null },
    scope,
    variables: parent.variables,
    lastEventId: id,
    position: { phase: 'ready', next: scope.StartAt, input: map.inputs[index] ?? null },
  };
}

/** An iteration that succeeded leaves its output, and its place to the next. */
export function iterationDone(
  map: MapProgress,
  iteration: Thread | undefined,
  { id = 0, previousId }: JournalRecord,
): MapProgress {
  if (iteration?.iteration === undefined || iteration.position.phase !== 'finished') {
    throw new Error('The journal speaks of the end of an iteration that has not ended.');
  }
  const outputs = { ...map.outputs, [iteration.iteration.index]: iteration.position.output };
  return { ...map, outputs, beforeNext: previousId, beforeEnd: id };
}
