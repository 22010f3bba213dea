import type { Scope } from './definition.ts';
import type { Iteration } from './entry.ts';
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

/** A line of control: the whole machine (`root`), one branch of a Parallel, or one iteration of a Map. */
export interface Thread {
  readonly id: string;
  /** The thread whose Parallel or Map state this one belongs to. */
  readonly parent?: string;
  /** Present when this is the iteration of a Map, and not only within one. */
  readonly iteration?: Iteration;
  /** What the innermost Map around is at. */
  readonly item?: MapItem;
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

export interface MapItem {
  readonly index: number;
  readonly value: Json;
}

/** How far a Map has come. */
export interface MapProgress {
  /** Journal line of its MapStarted: tells one attempt from another. */
  readonly seq: number;
  readonly items: readonly Json[];
  readonly inputs: readonly Json[];
  readonly limit: number;
  /** Iterations begin in the order of the items; this many have. */
  readonly begun: number;
  /** By index, of the iterations that have succeeded. */
  readonly outputs: Readonly<Record<number, Json>>;
  /** Predecessors in the history of the next iteration's beginning, and of the end of the Map. */
  readonly beforeNext: number;
  readonly beforeEnd: number;
}

export interface Task {
  /** Journal line of its TaskScheduled: tells one attempt from another, also across restarts. */
  readonly seq: number;
  readonly resource: string;
  readonly parameters: Json;
  /** Milliseconds since the epoch. */
  readonly deadline?: number;
  /** Longest time between two heartbeats, and when the next one is due, in milliseconds since the epoch. */
  readonly heartbeatSeconds?: number;
  readonly heartbeatDue?: number;
  readonly reference?: string;
}

export type Position =
  | { readonly phase: 'ready'; readonly next: string; readonly input: Json }
  | { readonly phase: 'entered'; readonly visit: Visit }
  | { readonly phase: 'waiting'; readonly visit: Visit; readonly due: number }
  | { readonly phase: 'scheduled'; readonly visit: Visit; readonly task: Task }
  | { readonly phase: 'running'; readonly visit: Visit; readonly task: Task }
  | { readonly phase: 'branching'; readonly visit: Visit; readonly branches: readonly string[] }
  | { readonly phase: 'mapping'; readonly visit: Visit; readonly map: MapProgress }
  | { readonly phase: 'answered'; readonly visit: Visit; readonly result: Json }
  | { readonly phase: 'failed'; readonly visit: Visit; readonly failure: Failure; readonly reported: boolean }
  | { readonly phase: 'retrying'; readonly visit: Visit; readonly due: number }
  | { readonly phase: 'finished'; readonly output: Json }
  | { readonly phase: 'broken'; readonly failure: Failure };
export type Phase = Position['phase'];

/** A position in a given phase. */
export type At<P extends Phase> = Extract<Position, { phase: P }>;
