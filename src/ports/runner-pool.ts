/** A build that is not over. */
export interface WorkingBuild {
  readonly buildId: string;
  readonly deploymentId: string;
  readonly run: number;
}

/** Whether builds can run, as last seen. */
export interface RunnerPool {
  /** Asks the runner itself; throws when it does not answer. */
  probe(): Promise<void>;
  /** Stops a build; one that is over already stays as it is. */
  stop(buildId: string): Promise<void>;
  /** Makes the fleet so large, where there is one; runners on demand need no size. */
  resizeFleet(machines: number): Promise<void>;
  /** Of the builds that were asked for since then: those that run, or wait to, and say for which run of a deployment. */
  working(since: Date): Promise<readonly WorkingBuild[]>;
  recordHeartbeat(at: Date): Promise<void>;
  lastHeartbeat(): Promise<Date | undefined>;
}
