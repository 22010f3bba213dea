import type { FoundStage, KeepStages, KeyedStage } from '#schemas/workflows/build-cache.ts';

/** Who knows the results of earlier builds, and which of them this one may take. */
export interface CacheSink {
  find(stages: readonly KeyedStage[]): Promise<readonly FoundStage[]>;
  keep(kept: Pick<KeepStages, 'stages' | 'broken'>): Promise<void>;
}
