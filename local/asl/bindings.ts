import type { Json } from './json.ts';
import type { Execution, Thread, Visit } from './execution.ts';
import { awsFunctions } from './aws-functions.ts';
import type { Identity } from './identity.ts';
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
    states: { input: visit.input, ...extra, context: contextObject(execution, identity, visit) },
  };
}

function contextObject(execution: Execution, identity: Identity, visit: Visit) {
  return {
    Execution: {
      Id: identity.executionArn,
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
  };
}
