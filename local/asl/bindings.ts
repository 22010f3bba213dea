import type { Json } from './json.ts';
import type { Execution, Thread, Visit } from './execution.ts';
import { awsFunctions } from './aws-functions.ts';
import type { Identity } from './identity.ts';
import { stateOf } from './state-of.ts';
import { taskToken, waitsForToken } from './task-token.ts';
import type { World } from './world.ts';

/** Names that JSONata expressions of a state can use: variables, the functions, and `$states`. */
export function bindingsFor(
  { execution, identity, sources }: World,
  thread: Thread,
  visit: Visit,
  extra: { readonly result?: Json; readonly errorOutput?: Json } = {},
): Readonly<Record<string, unknown>> {
  return {
    ...awsFunctions(sources),
    ...thread.variables,
    states: { input: visit.input, ...extra, context: contextObject(execution, identity, thread, visit) },
  };
}

function contextObject(execution: Execution, identity: Identity, thread: Thread, visit: Visit) {
  const { executionArn } = identity;
  const state = stateOf(thread.scope, visit.state);
  const Task = { Token: taskToken({ executionArn, ...visit }) };
  return {
    Execution: {
      Id: executionArn,
      Input: execution.input,
      Name: identity.executionName,
      RoleArn: identity.roleArn,
      StartTime: new Date(execution.startedAt).toISOString(),
      RedriveCount: 0,
    },
    State: {
      Name: visit.state,
      EnteredTime: new Date(visit.enteredAt).toISOString(),
      RetryCount: visit.retryCount,
    },
    StateMachine: { Id: identity.machineArn, Name: identity.machineName },
    ...(thread.item && { Map: { Item: { Index: thread.item.index, Value: thread.item.value } } }),
    ...(state.Type === 'Task' && waitsForToken(state.Resource) && { Task }),
  };
}
