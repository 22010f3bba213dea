import type { BuildStage } from '#schemas/service/build.ts';

/** What one stage left, as an archive in the blob store. */
export interface CachedStage {
  readonly service: string;
  /** Namespace: `trusted`, or the name of a preview. */
  readonly trust: string;
  readonly stage: BuildStage;
  /** Digest of all that the result follows from. */
  readonly key: string;
  /** Of the archive, hexadecimal. */
  readonly sha256: string;
  readonly sizeBytes: number;
  /** How long the stage's commands took. */
  readonly durationMs: number;
}
