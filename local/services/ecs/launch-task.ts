import type { ContainerShape } from './definition-shapes.ts';

/** What is started: one task with its container. */
export interface TaskToLaunch {
  readonly id: string;
  readonly arn: string;
  readonly cluster: string;
  /** `family:revision` */
  readonly version: string;
  readonly container: ContainerShape;
}

export interface TaskEnd {
  /** As a container's: 128 and the number of the signal that ended it. */
  readonly exitCode: number;
}

/** A task that runs. */
export interface LaunchedTask {
  readonly port: number;
  readonly imageDigest: string;
  readonly ended: Promise<TaskEnd>;
  /** Asks it to end: SIGTERM to its first process. */
  terminate(): void;
  /** Ends everything of it. */
  kill(): void;
}

/** @throws TaskNotStarted */
export type LaunchTask = (task: TaskToLaunch) => Promise<LaunchedTask>;

/** Why a task could not be started, as its `stoppedReason` says; without any value of a secret. */
export class TaskNotStarted extends Error {
  override readonly name = 'TaskNotStarted';
}
