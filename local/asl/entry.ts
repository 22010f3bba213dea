import type { StateType } from './definition.ts';
import type { Failure } from './failure.ts';
import type { Json } from './json.ts';

/** What can happen to an execution. The history is a list of these; the present is their fold. */
export type Entry =
  | { readonly kind: 'ExecutionStarted'; readonly input: Json }
  | { readonly kind: 'StateEntered'; readonly state: string; readonly type: StateType; readonly input: Json }
  | { readonly kind: 'WaitArmed'; readonly due: number }
  | {
      readonly kind: 'TaskScheduled';
      readonly resource: string;
      readonly parameters: Json;
      readonly timeoutSeconds?: number;
      readonly heartbeatSeconds?: number;
    }
  | { readonly kind: 'TaskStarted'; readonly resource: string }
  | { readonly kind: 'TaskSubmitted'; readonly resource: string; readonly reference: string; readonly output: Json }
  | { readonly kind: 'TaskSucceeded'; readonly resource: string; readonly output: Json }
  | { readonly kind: 'TaskFailed'; readonly resource: string; readonly error?: string; readonly cause?: string }
  | { readonly kind: 'TaskHeartbeat' }
  /** `heartbeat` when it ran out of the time between two heartbeats; the service tells of both alike. */
  | { readonly kind: 'TaskTimedOut'; readonly resource: string; readonly heartbeat?: true }
  | {
      readonly kind: 'EvaluationFailed';
      readonly state: string;
      readonly location?: string;
      readonly cause: string;
      readonly final: boolean;
    }
  | { readonly kind: 'StateFailed'; readonly error?: string; readonly cause?: string; readonly final: boolean }
  /** `retrier` is the index of the Retrier that granted the attempt. */
  | { readonly kind: 'RetryArmed'; readonly due: number; readonly retrier: number }
  | { readonly kind: 'ParallelStarted'; readonly input: Json }
  | { readonly kind: 'ParallelSucceeded'; readonly output: Json }
  | { readonly kind: 'BranchFailed' }
  /** A branch or an iteration failed and the others are gone: the failure is now the own one of the state around. */
  | ({ readonly kind: 'BranchesCut'; readonly final: boolean } & Omit<Failure, 'final'>)
  | { readonly kind: 'ParallelFailed' }
  /** `inputs` where they are not the items themselves; at most `limit` iterations run at a time. */
  | {
      readonly kind: 'MapStarted';
      readonly items: readonly Json[];
      readonly inputs?: readonly Json[];
      readonly limit: number;
    }
  | ({ readonly kind: 'MapIterationStarted' } & Iteration)
  | ({ readonly kind: 'MapIterationSucceeded' } & Iteration)
  | ({ readonly kind: 'MapIterationFailed' } & Iteration)
  | ({ readonly kind: 'MapIterationAborted' } & Iteration)
  | { readonly kind: 'MapSucceeded'; readonly output: Json }
  | { readonly kind: 'MapFailed' }
  | { readonly kind: 'StateAborted'; readonly type: 'Task' | 'Wait' | 'Parallel' | 'Map' }
  | { readonly kind: 'BranchDropped' }
  | {
      readonly kind: 'StateExited';
      readonly state: string;
      readonly type: StateType;
      readonly output: Json;
      readonly assigned: Readonly<Record<string, Json>>;
      readonly next?: string;
    }
  | { readonly kind: 'ExecutionSucceeded'; readonly output: Json }
  | { readonly kind: 'ExecutionFailed'; readonly error?: string; readonly cause?: string }
  | { readonly kind: 'ExecutionTimedOut' }
  | { readonly kind: 'ExecutionAborted'; readonly error?: string; readonly cause?: string };

/** One pass of a Map: the name of the state and the place of the item, from 0. Its entries stand in the Map's thread. */
export interface Iteration {
  readonly state: string;
  readonly index: number;
}

/** Entries that Step Functions has no event for: they keep a decision or a due time, and get no event id. */
const UNSEEN: ReadonlySet<Entry['kind']> = new Set([
  'WaitArmed',
  'TaskHeartbeat',
  'StateFailed',
  'RetryArmed',
  'BranchFailed',
  'BranchesCut',
  'BranchDropped',
] as const);

export function isEvent(entry: Entry): boolean {
  return !UNSEEN.has(entry.kind);
}

/** One line of the journal. */
export interface JournalRecord {
  /** Counts all lines of an execution from 1. */
  readonly seq: number;
  /** Id in the history that the service shows; absent for what it does not show. */
  readonly id?: number;
  readonly previousId: number;
  readonly thread: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly entry: Entry;
}

/** An entry that has been decided but not yet written. */
export interface Move {
  readonly thread: string;
  readonly entry: Entry;
  /** Overrides the last event of the thread as the predecessor. */
  readonly previousId?: number;
}
