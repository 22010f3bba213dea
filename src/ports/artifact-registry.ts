import type { Artifact } from '#domain/deployment/deployment.ts';

/** An artifact with what it was built from. */
export interface RegisteredArtifact extends Artifact {
  readonly service: string;
  readonly commit: string;
  readonly tree: string;
  readonly builtBy: string;
}

/**
 * Knows the artifacts of services. What a deployment was decided with is written in its own transaction and never depends on
 * this; a registry is asked before a build, and told after the commit.
 */
export interface ArtifactRegistry {
  /**
   * Looks for an artifact of the same identity, so that nothing need be built. A registry that cannot answer has none:
   * building again costs time, and nothing else.
   */
  find(service: string, tree: string, identity: string): Promise<Artifact | undefined>;
  /**
   * Makes an artifact known. Again is the same as once.
   *
   * @throws Refusal `conflict` when another artifact is known under its identity, `unavailable` to be told again
   */
  register(artifact: RegisteredArtifact): Promise<void>;
  /**
   * What vouches for an artifact: the bytes of its signed statement, `undefined` when there are none. Without an answer
   * nothing is released.
   *
   * @throws Refusal `unavailable`, or `artifact_verification_failed` when it was withdrawn
   */
  evidence(service: string, artifact: Artifact): Promise<Uint8Array | undefined>;
}
