import type { ExecutionStatus } from './execution.ts';

/** The machine as it was when an execution began; a later update does not reach it. */
export interface StartedMachine {
  readonly arn: string;
  readonly name: string;
  readonly roleArn: string;
  /** Milliseconds since the epoch. */
  readonly updatedAt: number;
  readonly revisionId?: string;
}

export interface NewExecution {
  readonly arn: string;
  readonly name: string;
  readonly machine: StartedMachine;
  /** Present when the execution was started by that ARN. */
  readonly versionArn?: string;
  readonly aliasArn?: string;
  /** Names the attempt at a task of another execution that started this one. */
  readonly startedBy?: string;
  /** JSON text of the definition. */
  readonly definition: string;
  /** JSON text, kept as it was given. */
  readonly input: string;
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
}

/** One execution as the service describes it. */
export interface ExecutionRecord extends NewExecution {
  /** Counts executions in the order of their start. */
  readonly key: number;
  readonly status: ExecutionStatus;
  /** Milliseconds since the epoch. */
  readonly stoppedAt?: number;
  /** JSON text. */
  readonly output?: string;
  readonly error?: string;
  readonly cause?: string;
}
