import type { CachedStage } from '#domain/build-cache/cached-stage.ts';

/** A stage and its key, in one of the namespaces of a service. */
export type CachePlace = Pick<CachedStage, 'service' | 'trust' | 'stage' | 'key'>;

/** What is known of archives of earlier builds. The archives themselves lie in the blob store. */
export interface BuildCache {
  /** Those that there are and that have not run out, in the order of the places. */
  find(places: readonly CachePlace[]): Promise<readonly CachedStage[]>;
  /**
   * Records results, all in one transaction. What somebody else has recorded by then stays.
   *
   * @param replaced results that are no good: removed, or overwritten by those of the same place
   */
  keep(stages: readonly CachedStage[], replaced: readonly CachedStage[]): Promise<void>;
}
