import type { ParallelState } from './definition.ts';
import type { JournalRecord } from './entry.ts';
import type { At, Execution, Phase, Position, Thread } from './execution.ts';
import { iterationDone, iterationId, mapBegun } from './map-progress.ts';
import { stateOf } from './state-of.ts';

/** Where a thread is after one more line of the journal. */
export function move(execution: Execution, thread: Thread, record: JournalRecord): Position {
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
      const { resource, parameters, timeoutSeconds, heartbeatSeconds } = entry;
      const task = {
        seq,
        resource,
        parameters,
        ...(timeoutSeconds !== undefined && { deadline: at + timeoutSeconds * 1000 }),
        ...(heartbeatSeconds !== undefined && { heartbeatSeconds, heartbeatDue: at + heartbeatSeconds * 1000 }),
      };
      return { phase: 'scheduled', visit: visitOf(position), task };
    }
    case 'TaskStarted':
      return { ...expect(position, 'scheduled'), phase: 'running' };
    case 'TaskSubmitted': {
      const running = expect(position, 'running');
      return { ...running, task: { ...running.task, reference: entry.reference } };
    }
    case 'TaskHeartbeat': {
      const running = expect(position, 'running');
      const heartbeatDue = at + (running.task.heartbeatSeconds ?? Infinity) * 1000;
      return { ...running, task: { ...running.task, heartbeatDue } };
    }
    case 'TaskSucceeded':
    case 'MapSucceeded':
    case 'ParallelSucceeded':
      return { phase: 'answered', visit: visitOf(position), result: entry.output };
    case 'TaskFailed':
    case 'StateFailed':
    case 'BranchesCut': {
      const { error, cause } = entry;
      const also = entry.kind === 'BranchesCut' ? entry.also : undefined;
      const failure = {
        ...(error !== undefined && { error }),
        ...(also !== undefined && { also }),
        ...(cause !== undefined && { cause }),
        final: entry.kind !== 'TaskFailed' && entry.final,
      };
      const reported = position.phase === 'failed' && position.reported;
      return { phase: 'failed', visit: visitOf(position), failure, reported };
    }
    case 'TaskTimedOut': {
      const also = entry.heartbeat ? { also: 'States.HeartbeatTimeout' } : {};
      const failure = { error: 'States.Timeout', ...also, final: false };
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
    case 'MapStarted':
      return { phase: 'mapping', visit: visitOf(position), map: mapBegun(entry, seq, id) };
    case 'MapIterationStarted': {
      const mapping = expect(position, 'mapping');
      return { ...mapping, map: { ...mapping.map, begun: entry.index + 1 } };
    }
    case 'MapIterationSucceeded': {
      const mapping = expect(position, 'mapping');
      const iteration = execution.threads.get(iterationId(mapping.map, entry.index));
      return { ...mapping, map: iterationDone(mapping.map, iteration, record) };
    }
    case 'MapIterationFailed':
    case 'MapIterationAborted':
      return expect(position, 'mapping');
    case 'MapFailed':
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

/** @throws when the journal is at odds with itself */
export function expect<P extends Phase>(position: Position, phase: P): At<P> {
  if (position.phase === phase) return position as At<P>;
  throw new Error(`The journal needs phase ${phase}, the thread is in ${position.phase}.`);
}
