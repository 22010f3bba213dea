import { machineAlias } from './names.ts';

/**
 * Permission to start executions through the alias, and in no other way. Step Functions asks IAM about the machine itself, whatever
 * it is called by, and says in a key of the condition by which version or alias that is (its documentation, "Authorization
 * for versions and aliases").
 */
export function startMachines(...machineArns: readonly string[]) {
  return {
    actions: ['states:StartExecution'],
    resources: machineArns,
    conditions: { 'ForAnyValue:StringEquals': { 'states:StateMachineQualifier': [machineAlias] } },
  };
}
