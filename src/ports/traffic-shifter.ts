import type { TargetRef } from '#domain/service/service.ts';

export interface NewVersion {
  readonly artifactKey: string;
  readonly handler: string;
  readonly runtime: string;
  readonly memoryMb: number;
  readonly timeoutSeconds: number;
  readonly variables: Readonly<Record<string, string>>;
  /** Shown with the version, so that a person finds the deployment that made it. */
  readonly description: string;
}

/** Which versions get how much of the traffic, in percent. */
export type Weights = ReadonlyMap<string, number>;

/** Brings a version out next to the one that serves, and moves traffic. */
export interface TrafficShifter {
  /** Makes the version, ready to serve, without any traffic. Preparing the same version again gives the same one. */
  prepare(target: TargetRef, version: NewVersion): Promise<string>;
  /** Gives all traffic to a version, whatever the weights are now. */
  promote(target: TargetRef, version: string): Promise<void>;
  /** What the balancer really does now. */
  status(target: TargetRef): Promise<Weights>;
}
