import type { Json } from './json.ts';

/** What a Task state's `Resource` stands for: something outside that is asked to work and answers, at once or later. */
export interface Integration {
  /** Does the work; resolves with the result of the task. Reject with `TaskError` to choose the name of the error. */
  start(args: Json, context: TaskContext): Promise<unknown>;
  /** Goes on waiting for work whose reference was submitted before a restart. */
  resume?(reference: string, context: TaskContext): Promise<unknown>;
  /** Ends work that nobody waits for any more. Called at least once, also for work that is already over. */
  stop?(reference: string): Promise<void>;
  /**
   * How a task fails whose work began before a restart and cannot be found again. Without it such a task is started
   * again, with the same `idempotencyToken`.
   */
  readonly lost?: { readonly error: string; readonly cause: string };
}

export interface TaskContext {
  readonly executionArn: string;
  readonly executionName: string;
  readonly stateName: string;
  /** 1 for the first attempt in this stay in the state. */
  readonly attempt: number;
  /** By which the task is answered, when its resource waits for one. */
  readonly token: string;
  /** Unique to this attempt, and the same when it is started again after a restart. */
  readonly idempotencyToken: string;
  /** Keeps the reference by which the work can be resumed or stopped; `output` is what the history shows of it. */
  readonly submitted: (reference: string, output?: unknown) => void;
}

/** A failed task, as `ErrorEquals` sees it. */
export class TaskError extends Error {
  override readonly name = 'TaskError';
  readonly error: string;
  /** What the history and `$states.errorOutput.Cause` say. */
  readonly reason: string;

  constructor(error: string, reason: string, options?: ErrorOptions) {
    super(`${error}: ${reason}`, options);
    this.error = error;
    this.reason = reason;
  }
}
