import { beginState } from './begin-state.ts';
import type { Entry, Move } from './entry.ts';
import type { Thread, Visit } from './execution.ts';
import { stateOf } from './state-of.ts';
import { joinBranches, joinIterations } from './join.ts';
import { conclude, ResultTooLarge } from './conclude.ts';
import { lateness } from './lateness.ts';
import { recover } from './recover.ts';
import { InputFailure, QueryFailure } from './render.ts';
import type { World } from './world.ts';

/**
 * What has to happen next in a thread, given the present and the time; empty when it waits for something. Nothing here
 * acts: the moves are written first and acted upon afterwards.
 */
export async function decide(world: World, thread: Thread): Promise<readonly Move[]> {
  const { position } = thread;
  try {
    if (position.phase === 'branching') return joinBranches(world.execution, thread, position);
    if (position.phase === 'mapping') return joinIterations(world.execution, thread, position);
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
      const { resource } = position.task;
      const late = lateness(position.task, now);
      return late && { kind: 'TaskTimedOut', resource, ...(late === 'heartbeat' && { heartbeat: true }) };
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
  if (error instanceof QueryFailure || error instanceof InputFailure) {
    const where = `An error occurred while executing the state '${visit.state}' (entered at the event id #${visit.enteredId}).`;
    const cause = `${where} ${error.message}`;
    const location = 'location' in error ? { location: error.location } : {};
    return { kind: 'EvaluationFailed', state: visit.state, ...location, cause, final };
  }
  if (error instanceof ResultTooLarge) {
    return { kind: 'StateFailed', error: 'States.DataLimitExceeded', cause: error.message, final };
  }
  return undefined;
}
