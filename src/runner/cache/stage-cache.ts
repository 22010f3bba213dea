import { join } from 'node:path';
import type { FoundStage, KeepStages } from '#schemas/workflows/build-cache.ts';
import type { BuildPlan, StageName } from '#schemas/workflows/build-plan.ts';
import type { BlobStore } from '../blob-store.ts';
import type { RunnerLog } from '../log.ts';
import { RunnerFailure } from '../runner-failure.ts';
import type { CacheSink } from './cache-sink.ts';
import { fetchArchives } from './found-archives.ts';
import { inputFilesOf } from './input-files.ts';
import { keptChanges } from './kept-changes.ts';
import { packStage } from './pack-stage.ts';
import { changesBetween, type Snapshot, snapshotOf } from './snapshot.ts';
import { stageKeysOf } from './stage-keys.ts';
import { unpackStage } from './unpack-stage.ts';

/** Results of stages, of earlier builds and for later ones. */
export interface StageCache {
  /** An earlier result of the stage that serves, in the place of a run. */
  hit(stage: StageName): FoundStage | undefined;
  /** Whether the stage's commands may see what changes with every commit. */
  seesCommit(stage: StageName): boolean;
  /** Brings the workspace to where the stage left it, as far as this build needs it. */
  restore(stage: StageName): Promise<void>;
  /** To be called before the stage's commands run. */
  begin(stage: StageName): void;
  /** Keeps what the commands left since `begin`. Never rejects: a build is not lost because its result is not kept. */
  keep(stage: StageName, durationMs: number): Promise<void>;
  /** Waits until everything that is kept has arrived. Never rejects. */
  close(): Promise<void>;
}

interface CacheDeps {
  readonly blobs: BlobStore;
  readonly sink: CacheSink;
  readonly log: RunnerLog;
  /** What the commands will see, without secrets and without what differs from host to host. */
  readonly variables: (seesCommit: boolean) => Readonly<Record<string, string>>;
  /** Values that must not be kept. */
  readonly secrets: readonly string[];
}

/** Asks for earlier results of the plan's stages, by the source as it was fetched. Without an answer every stage runs. */
export async function openStageCache(plan: BuildPlan, directory: string, deps: CacheDeps): Promise<StageCache> {
  try {
    return await open(plan, directory, deps);
  } catch (error) {
    deps.log.runner(`warning: the build cache is not used: ${messageOf(error)}`);
    return noStageCache;
  }
}

/** Every stage runs, and nothing is kept. */
export const noStageCache: StageCache = {
  hit: () => undefined,
  seesCommit: () => true,
  restore: () => Promise.resolve(),
  begin: () => undefined,
  keep: () => Promise.resolve(),
  close: () => Promise.resolve(),
};

async function open(
  plan: BuildPlan,
  directory: string,
  { blobs, sink, log, variables, secrets }: CacheDeps,
): Promise<StageCache> {
  const uploadPrefix = plan.cache?.uploadPrefix ?? '';
  const fetched = snapshotOf(directory);
  const source = inputFilesOf(directory, fetched);
  const keys = stageKeysOf(
    plan,
    { directory, files: source },
    (narrow) => variables(!narrow),
    (text) => log.runner(`warning: ${text}`),
  );
  const keyed = new Map(keys.map((each) => [each.stage, each]));
  const askedFor = keys.filter(({ notKept }) => notKept === undefined).map(({ stage, key }) => ({ stage, key }));
  const found = askedFor.length === 0 ? [] : await sink.find(askedFor);
  const { hits, archives, broken } = await fetchArchives(plan, found, blobs, (text) => log.runner(text));
  const kept: KeepStages['stages'] = [];
  const uploads: Promise<void>[] = [];
  /** The workspace as it is; absent after somebody has changed it in a way that nobody looked at. */
  let present: Snapshot | undefined = fetched;

  return {
    hit: (stage) => hits.get(stage),
    seesCommit: (stage) =>
      !keyed.get(stage)?.narrow && !plan.stages.some(({ name, inputs }) => name === stage && inputs),
    async restore(stage) {
      const archive = archives.get(stage);
      if (!archive) return;
      present = undefined;
      try {
        await unpackStage(directory, archive);
      } catch (error) {
        throw new RunnerFailure(`the cached result of ${stage} cannot be restored: ${messageOf(error)}`, {
          cause: error,
        });
      }
    },
    begin(stage) {
      const reports = plan.reports.filter((each) => each.stage === stage).map(({ path }) => path);
      // The kit removes reports of another run before a stage.
      present = present ? without(present, reports) : snapshotOf(directory);
    },
    async keep(stage, durationMs) {
      const mine = keyed.get(stage);
      const before = present;
      if (!mine || !before) return;
      try {
        const after = snapshotOf(directory);
        present = after;
        if (mine.notKept !== undefined) return notKept(stage, mine.notKept);
        const looked = { directory, source, after, changes: changesBetween(before, after) };
        const result = keptChanges(plan, mine, looked);
        if (result.kind === 'unfit') return notKept(stage, result.why);
        const packed = await packStage(directory, result.changes, secrets);
        if (packed.kind === 'unfit') return notKept(stage, packed.why);
        const { archive, sha256 } = packed;
        const upload = async (): Promise<void> => {
          await blobs.putIfAbsent(`${uploadPrefix}${sha256}`, archive, 'application/octet-stream');
          kept.push({ stage, key: mine.key, sha256, sizeBytes: archive.byteLength, durationMs });
        };
        // Beside the next stage.
        uploads.push(upload().catch((error: unknown) => notKept(stage, messageOf(error))));
      } catch (error) {
        notKept(stage, messageOf(error));
      }
    },
    async close() {
      await Promise.all(uploads);
      if (kept.length === 0 && broken.length === 0) return;
      try {
        await sink.keep({ stages: kept, broken: broken.map(({ stage, key, sha256 }) => ({ stage, key, sha256 })) });
        const sizes = kept.map(({ stage, sizeBytes }) => `${stage} (${sizeBytes} bytes)`);
        if (sizes.length > 0) log.runner(`kept for later builds: ${sizes.join(', ')}`);
      } catch (error) {
        log.runner(`warning: nothing is kept for later builds: ${messageOf(error)}`);
      }
    },
  };

  function notKept(stage: StageName, why: string): void {
    log.runner(`the result of ${stage} is not kept for later builds: ${why}`);
  }
}

function without(snapshot: Snapshot, paths: readonly string[]): Snapshot {
  if (paths.length === 0) return snapshot;
  return new Map(
    [...snapshot].filter(([path]) => !paths.some((gone) => join(path) === join(gone) || path.startsWith(`${gone}/`))),
  );
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
