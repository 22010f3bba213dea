import type { TargetRef } from '#domain/service/service.ts';

export interface NewVersion {
  readonly artifactKey: string;
  /** SHA-256 of the artifact in hexadecimal, as it was signed. */
  readonly artifactDigest: string;
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
  /**
   * Makes the version, ready to serve, without any traffic. Preparing the same version again gives the same one.
   *
   * @throws Refusal `artifact_verification_failed` when the bytes that were read are not those of the digest
   */
  prepare(target: TargetRef, version: NewVersion): Promise<string>;
  /** Names the balancer's present state; every move gives it another name. */
  revision(target: TargetRef): Promise<string>;
  /**
   * Gives all traffic to a version, whatever the weights are now. It is a move also when the version has all traffic
   * already: whoever still holds an earlier revision is refused from then on.
   *
   * @throws Refusal, transient, when somebody moved traffic since `revision` was read
   */
  promote(target: TargetRef, version: string, revision: string): Promise<void>;
  /** What the balancer really does now. */
  status(target: TargetRef): Promise<Weights>;
}
