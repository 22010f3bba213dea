import type { Entry, Iteration, JournalRecord } from '#local/asl/entry.ts';
import type { ExecutionRecord } from '#local/asl/execution-record.ts';
import type { Json } from '#local/asl/json.ts';
import { wireTime } from './parse-input.ts';

type Details = Readonly<Record<string, unknown>>;

const WHOLE = { truncated: false };

/** A line of the journal as `GetExecutionHistory` shows it. */
export function historyEvent({ id, previousId, at, entry }: JournalRecord, execution: ExecutionRecord, region: string) {
  return { timestamp: wireTime(at), id, previousEventId: previousId, ...typed(entry, execution, region) };
}

function typed(entry: Entry, execution: ExecutionRecord, region: string): Details {
  switch (entry.kind) {
    case 'ExecutionStarted':
      return {
        type: 'ExecutionStarted',
        executionStartedEventDetails: {
          input: execution.input,
          inputDetails: WHOLE,
          roleArn: execution.machine.roleArn,
          stateMachineVersionArn: execution.versionArn,
          stateMachineAliasArn: execution.aliasArn,
        },
      };
    case 'StateEntered':
      return {
        type: `${entry.type}StateEntered`,
        stateEnteredEventDetails: { name: entry.state, input: text(entry.input), inputDetails: WHOLE },
      };
    case 'StateExited':
      return {
        type: `${entry.type}StateExited`,
        stateExitedEventDetails: {
          name: entry.state,
          output: text(entry.output),
          outputDetails: WHOLE,
          ...assignments(entry.assigned),
        },
      };
    case 'StateAborted':
      return { type: `${entry.type}StateAborted` };
    case 'TaskScheduled':
      return {
        type: 'TaskScheduled',
        taskScheduledEventDetails: {
          ...named(entry.resource),
          region,
          parameters: text(entry.parameters),
          timeoutInSeconds: entry.timeoutSeconds,
          heartbeatInSeconds: entry.heartbeatSeconds,
        },
      };
    case 'TaskStarted':
      return { type: 'TaskStarted', taskStartedEventDetails: named(entry.resource) };
    case 'TaskSubmitted':
    case 'TaskSucceeded': {
      const details = { ...named(entry.resource), output: text(entry.output), outputDetails: WHOLE };
      return entry.kind === 'TaskSubmitted'
        ? { type: 'TaskSubmitted', taskSubmittedEventDetails: details }
        : { type: 'TaskSucceeded', taskSucceededEventDetails: details };
    }
    case 'TaskFailed':
      return {
        type: 'TaskFailed',
        taskFailedEventDetails: { ...named(entry.resource), error: entry.error, cause: entry.cause },
      };
    case 'TaskTimedOut':
      return {
        type: 'TaskTimedOut',
        taskTimedOutEventDetails: { ...named(entry.resource), error: 'States.Timeout' },
      };
    case 'EvaluationFailed': {
      const { cause, location, state } = entry;
      const error = 'States.QueryEvaluationError';
      return { type: 'EvaluationFailed', evaluationFailedEventDetails: { error, cause, location, state } };
    }
    case 'ParallelStarted':
    case 'ParallelSucceeded':
    case 'ParallelFailed':
      return { type: entry.kind.replace('Parallel', 'ParallelState') };
    case 'MapStarted':
      return { type: 'MapStateStarted', mapStateStartedEventDetails: { length: entry.items.length } };
    case 'MapIterationStarted':
      return { type: entry.kind, mapIterationStartedEventDetails: iteration(entry) };
    case 'MapIterationSucceeded':
      return { type: entry.kind, mapIterationSucceededEventDetails: iteration(entry) };
    case 'MapIterationFailed':
      return { type: entry.kind, mapIterationFailedEventDetails: iteration(entry) };
    case 'MapIterationAborted':
      return { type: entry.kind, mapIterationAbortedEventDetails: iteration(entry) };
    case 'MapSucceeded':
    case 'MapFailed':
      return { type: entry.kind.replace('Map', 'MapState') };
    case 'ExecutionSucceeded':
      return {
        type: 'ExecutionSucceeded',
        executionSucceededEventDetails: { output: text(entry.output), outputDetails: WHOLE },
      };
    case 'ExecutionFailed':
      return { type: 'ExecutionFailed', executionFailedEventDetails: { error: entry.error, cause: entry.cause } };
    case 'ExecutionAborted':
      return { type: 'ExecutionAborted', executionAbortedEventDetails: { error: entry.error, cause: entry.cause } };
    case 'ExecutionTimedOut':
      return { type: 'ExecutionTimedOut', executionTimedOutEventDetails: {} };
    default:
      throw new Error(`${entry.kind} is no event of the service.`);
  }
}

/** `lambda` and `invoke` of `arn:aws:states:::lambda:invoke`; what follows the service may have a colon of its own. */
function named(resource: string) {
  const [resourceType = '', ...name] = resource.replace(/^arn:aws:states:::/, '').split(':');
  return { resourceType, resource: name.join(':') };
}

function iteration({ state, index }: Iteration) {
  return { name: state, index };
}

function assignments(assigned: Readonly<Record<string, Json>>): Details {
  if (Object.keys(assigned).length === 0) return {};
  const assignedVariables = Object.fromEntries(Object.entries(assigned).map(([name, value]) => [name, text(value)]));
  return { assignedVariables, assignedVariablesDetails: WHOLE };
}

function text(value: Json): string {
  return JSON.stringify(value);
}
