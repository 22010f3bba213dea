import type { Scope } from './definition.ts';
import type { Failure } from './failure.ts';
import type { Json } from './json.ts';

export type ExecutionStatus = 'RUNNING' | 'SUCCEEDED' | 'FAILED' | 'TIMED_OUT' | 'ABORTED';

/** The present of one execution, folded from its journal. */
export interface Execution {
  readonly status: ExecutionStatus;
  readonly startedAt: number;
  readonly input: Json;
  /** Number of the last journal line, and of the last event that the service shows. */
  readonly seq: number;
  readonly eventId: number;
  /** In the order in which they began: `root` first, then branches. */
  readonly threads: ReadonlyMap<string, Thread>;
}

/** A line of control: the whole machine (`root`), or one branch of a Parallel. */
export interface Thread {
  readonly id: string;
  /** The thread whose Parallel state this branch belongs to. */
  readonly parent?: string;
  readonly scope: Scope;
  /** A branch starts with what its parent saw, and its parent never sees what it assigns. */
  readonly variables: Readonly<Record<string, Json>>;
  readonly lastEventId: number;
  readonly position: Position;
}

/** One stay in a state, from its entry to its exit, retries included. */
export interface Visit {
  readonly state: string;
  readonly enteredId: number;
  readonly enteredAt: number;
  readonly input: Json;
  /** Retries granted so far, by index of the Retrier. */
  readonly retries: Readonly<Record<number, number>>;
  readonly retryCount: number;
}

export interface Task {
  /** Journal line of its TaskScheduled: tells one attempt from another, also across restarts. */
  readonly seq: number;
  readonly resource: string;
  readonly parameters: Json;
  /** Milliseconds since the epoch. */
  readonly deadline?: number;
  readonly reference?: string;
}

export type Position =
  | { readonly phase: 'ready'; readonly next: string; readonly input: Json }
  | { readonly phase: 'entered'; readonly visit: Visit }
  | { readonly phase: 'waiting'; readonly visit: Visit; readonly due: number }
  | { readonly phase: 'scheduled'; readonly visit: Visit; readonly task: Task }
  | { readonly phase: 'running'; readonly visit: Visit; readonly task: Task }
  | { readonly phase: 'branching'; readonly visit: Visit; readonly branches: readonly string[] }
  | { readonly phase: 'answered'; readonly visit: Visit; readonly result: Json }
  | { readonly phase: 'failed'; readonly visit: Visit; readonly failure: Failure; readonly reported: boolean }
  | { readonly phase: 'retrying'; readonly visit: Visit; readonly due: number }
  | { readonly phase: 'finished'; readonly output: Json }
  | { readonly phase: 'broken'; readonly failure: Failure };
export type Phase = Position['phase'];

/** A position in a given phase. */
export type At<P extends Phase> = Extract<Position, { phase: P }>;
