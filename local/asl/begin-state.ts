import { bindingsFor } from './bindings.ts';
import { conclude, ResultTooLarge } from './conclude.ts';
import type { World } from './world.ts';
import { beginMap } from './begin-map.ts';
import type { ChoiceState, FailState, ParallelState, TaskState, WaitState } from './definition.ts';
import type { Entry } from './entry.ts';
import type { Thread, Visit } from './execution.ts';
import { expressionIn } from './expression.ts';
import { stateOf } from './state-of.ts';
import { exceedsDataLimit } from './limits.ts';
import { QueryFailure, render, renderAs, renderWhole } from './render.ts';

type Bindings = Readonly<Record<string, unknown>>;

/** The first entry of a state after it was entered, or of a further attempt at it. */
export async function beginState(world: World, thread: Thread, visit: Visit): Promise<Entry> {
  const state = stateOf(thread.scope, visit.state);
  const bindings = bindingsFor(world, thread, visit);
  switch (state.Type) {
    case 'Pass':
    case 'Succeed':
      return conclude(world, thread, visit);
    case 'Fail':
      return fail(state, bindings);
    case 'Choice':
      return choose(state, bindings, world, thread, visit);
    case 'Wait':
      return { kind: 'WaitArmed', due: await dueTime(state, bindings, visit) };
    case 'Task':
      return schedule(state, bindings, visit);
    case 'Map':
      return beginMap(world, thread, visit, state);
    default:
      return fork(state, bindings, visit);
  }
}

async function fail(state: FailState, bindings: Bindings): Promise<Entry> {
  const error = state.Error === undefined ? undefined : await renderAs('string', state.Error, 'Error', bindings);
  const cause = state.Cause === undefined ? undefined : await renderAs('string', state.Cause, 'Cause', bindings);
  return {
    kind: 'StateFailed',
    ...(error !== undefined && { error }),
    ...(cause !== undefined && { cause }),
    final: false,
  };
}

async function choose(
  state: ChoiceState,
  bindings: Bindings,
  world: World,
  thread: Thread,
  visit: Visit,
): Promise<Entry> {
  for (const [index, rule] of state.Choices.entries()) {
    const holds = await renderAs('boolean', rule.Condition, `Choices[${index}]/Condition`, bindings);
    if (holds) return conclude(world, thread, visit, { exit: rule, at: `Choices[${index}]/` });
  }
  if (state.Default !== undefined) return conclude(world, thread, visit, { exit: { ...state, Next: state.Default } });
  const cause = `No choice rule of the state '${visit.state}' holds, and it has no Default.`;
  return { kind: 'StateFailed', error: 'States.NoChoiceMatched', cause, final: false };
}

/** Milliseconds since the epoch. */
async function dueTime(state: WaitState, bindings: Bindings, visit: Visit): Promise<number> {
  if (state.Timestamp !== undefined) {
    const timestamp = await renderAs('string', state.Timestamp, 'Timestamp', bindings);
    const due = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d/.test(timestamp) ? Date.parse(timestamp) : Number.NaN;
    if (Number.isNaN(due)) {
      const expression = expressionIn(state.Timestamp) ?? state.Timestamp;
      throw new QueryFailure(expression, 'Timestamp', `is no RFC 3339 timestamp: ${JSON.stringify(timestamp)}`);
    }
    return due;
  }
  return visit.enteredAt + (await renderWhole(state.Seconds ?? 0, 'Seconds', 0, bindings)) * 1000;
}

async function schedule(state: TaskState, bindings: Bindings, visit: Visit): Promise<Entry> {
  const parameters = await render(state.Arguments, 'Arguments', bindings);
  if (exceedsDataLimit(parameters)) throw new ResultTooLarge(visit.state);
  const limit = state.TimeoutSeconds;
  const timeoutSeconds = limit === undefined ? undefined : await renderWhole(limit, 'TimeoutSeconds', 1, bindings);
  const beat = state.HeartbeatSeconds;
  const heartbeatSeconds = beat === undefined ? undefined : await renderWhole(beat, 'HeartbeatSeconds', 1, bindings);
  return {
    kind: 'TaskScheduled',
    resource: state.Resource,
    parameters,
    ...(timeoutSeconds !== undefined && { timeoutSeconds }),
    ...(heartbeatSeconds !== undefined && { heartbeatSeconds }),
  };
}

async function fork(state: ParallelState, bindings: Bindings, visit: Visit): Promise<Entry> {
  const input = state.Arguments === undefined ? visit.input : await render(state.Arguments, 'Arguments', bindings);
  if (exceedsDataLimit(input)) throw new ResultTooLarge(visit.state);
  return { kind: 'ParallelStarted', input };
}
