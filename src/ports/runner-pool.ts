/** Whether builds can run, as last seen. */
export interface RunnerPool {
  /** Asks the runner itself; throws when it does not answer. */
  probe(): Promise<void>;
  /** Stops a build; one that is over already stays as it is. */
  stop(buildId: string): Promise<void>;
  recordHeartbeat(at: Date): Promise<void>;
  lastHeartbeat(): Promise<Date | undefined>;
}
