import type { Json } from './json.ts';

/** A state machine in the Amazon States Language, as far as `support.ts` admits it. Parse with `assertSupported`. */
export interface Definition extends Scope {
  readonly QueryLanguage: 'JSONata';
  /** Longest life of an execution. */
  readonly TimeoutSeconds?: number;
}

/** The whole machine, one branch of a Parallel, or what a Map does with each item: transitions stay inside, and so do the variables. */
export interface Scope {
  readonly StartAt: string;
  readonly States: Readonly<Record<string, State>>;
}

interface Exit {
  /** A template: JSON in which strings of the form `{% … %}` are JSONata. */
  readonly Output?: Json;
  readonly Assign?: Readonly<Record<string, Json>>;
}
interface Onward extends Exit {
  readonly Next?: string;
  readonly End?: true;
}
interface Guarded {
  readonly Retry?: readonly Retrier[];
  readonly Catch?: readonly Catcher[];
}

export interface Retrier {
  readonly ErrorEquals: readonly string[];
  readonly IntervalSeconds?: number;
  readonly BackoffRate?: number;
  readonly MaxAttempts?: number;
  readonly MaxDelaySeconds?: number;
  readonly JitterStrategy?: 'FULL' | 'NONE';
}
export interface Catcher extends Exit {
  readonly ErrorEquals: readonly string[];
  readonly Next: string;
}
export interface ChoiceRule extends Exit {
  readonly Condition: string;
  readonly Next: string;
}

export interface TaskState extends Onward, Guarded {
  readonly Type: 'Task';
  readonly Resource: string;
  readonly Arguments: Json;
  readonly TimeoutSeconds?: number | string;
  readonly HeartbeatSeconds?: number | string;
}
export interface ParallelState extends Onward, Guarded {
  readonly Type: 'Parallel';
  readonly Branches: readonly Scope[];
  readonly Arguments?: Json;
}
export interface MapState extends Onward, Guarded {
  readonly Type: 'Map';
  /** A list, or an expression that gives one; the input of the state when absent. */
  readonly Items?: Json;
  readonly ItemSelector?: Json;
  readonly MaxConcurrency?: number | string;
  readonly ItemProcessor: Scope;
}
export interface ChoiceState extends Exit {
  readonly Type: 'Choice';
  readonly Choices: readonly ChoiceRule[];
  readonly Default?: string;
}
export interface WaitState extends Onward {
  readonly Type: 'Wait';
  readonly Seconds?: number | string;
  readonly Timestamp?: string;
}
export interface PassState extends Onward {
  readonly Type: 'Pass';
}
export interface SucceedState {
  readonly Type: 'Succeed';
  readonly Output?: Json;
}
export interface FailState {
  readonly Type: 'Fail';
  readonly Error?: string;
  readonly Cause?: string;
}
export type State =
  | TaskState
  | ParallelState
  | MapState
  | ChoiceState
  | WaitState
  | PassState
  | SucceedState
  | FailState;
export type StateType = State['Type'];
