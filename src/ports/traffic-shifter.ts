import type { NewVersion } from '#domain/deployment/new-version.ts';
import type { TargetRef } from '#domain/service/service.ts';

/** One move of traffic. */
export interface Shift {
  /** The version that gets `percent` of the traffic. */
  readonly version: string;
  readonly percent: number;
  /** The version that keeps the rest; needed below 100. */
  readonly baseline?: string;
  /** Where the target itself replaces tasks in batches: how many percent of them at a time. */
  readonly batchPercent?: number;
}

/** Which versions get how much of the traffic, in percent. */
export type Weights = ReadonlyMap<string, number>;

export interface TrafficStatus {
  readonly weights: Weights;
  /** Whether the last move is through: what serves is healthy, and what does not serve any more is drained. */
  readonly settled: boolean;
  /** Why it will never be through, when the target has given up. */
  readonly problem?: string;
}

/** Brings a version out next to the one that serves, and moves traffic. */
export interface TrafficShifter<T extends TargetRef = TargetRef, V extends NewVersion = NewVersion> {
  /**
   * Makes the version, ready to serve, without any traffic. Preparing the same version again gives the same one.
   *
   * @throws Refusal `artifact_verification_failed` when the bytes that were read are not those of the digest
   */
  prepare(target: T, version: V): Promise<string>;
  /** Whether a version that was prepared earlier is still there, ready to serve, and made of the same artifact. */
  keeps(target: T, version: string, made: V): Promise<boolean>;
  /** Names the balancer's present state; every move gives it another name. */
  revision(target: T): Promise<string>;
  /**
   * Moves traffic, whatever the weights are now, and comes back at once; `status` says when the move is through. It is a
   * move also when the weights are so already: whoever still holds an earlier revision is refused from then on.
   *
   * @throws Refusal, transient, when somebody moved traffic since `revision` was read
   */
  shift(target: T, shift: Shift, revision: string): Promise<void>;
  /** What the balancer really does now. */
  status(target: T): Promise<TrafficStatus>;
}
