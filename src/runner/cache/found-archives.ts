import { createHash } from 'node:crypto';
import type { FoundStage } from '#schemas/workflows/build-cache.ts';
import type { BuildPlan, StageName } from '#schemas/workflows/build-plan.ts';
import type { BlobStore } from '../blob-store.ts';
import { readArchive } from './read-archive.ts';

export interface FoundArchives {
  /** The stages that need not run. */
  readonly hits: ReadonlyMap<StageName, FoundStage>;
  /** The archives of those whose files somebody needs. */
  readonly archives: ReadonlyMap<StageName, Uint8Array>;
  /** Found, and not what was stored once. */
  readonly broken: readonly FoundStage[];
}

/**
 * Fetches what earlier builds left, before anything has run: a result that turns out to be gone or damaged is then simply no
 * result, and its stage runs. What no stage of this build will look at is not fetched.
 */
export async function fetchArchives(
  plan: BuildPlan,
  found: readonly FoundStage[],
  blobs: BlobStore,
  warn: (text: string) => void,
): Promise<FoundArchives> {
  const hits = new Map(found.map((each) => [each.stage, each]));
  const archives = new Map<StageName, Uint8Array>();
  const broken: FoundStage[] = [];
  for (;;) {
    const wanted = neededOf(plan, hits).filter(({ stage }) => !archives.has(stage));
    if (wanted.length === 0) return { hits, archives, broken };
    await Promise.all(
      wanted.map(async (each) => {
        try {
          archives.set(each.stage, await fetchOne(each, blobs));
        } catch (error) {
          hits.delete(each.stage);
          broken.push(each);
          const why = error instanceof Error ? error.message : String(error);
          warn(`warning: the cached result of ${each.stage} is not used: ${why}`);
        }
      }),
    );
  }
}

/** A result is needed by a stage that runs after it, by the artifact, and for the reports in it. */
function neededOf({ stages, reports }: BuildPlan, hits: ReadonlyMap<StageName, FoundStage>): readonly FoundStage[] {
  const lastToRun = stages.findLastIndex(({ name }) => !hits.has(name));
  return stages.flatMap(({ name }, index) => {
    const hit = hits.get(name);
    const needed = index < lastToRun || index === stages.length - 1 || reports.some(({ stage }) => stage === name);
    return hit && needed ? [hit] : [];
  });
}

async function fetchOne({ blobKey, sha256 }: FoundStage, blobs: BlobStore): Promise<Uint8Array> {
  const archive = await blobs.get(blobKey);
  if (!archive) throw new Error('its archive is gone');
  const digest = createHash('sha256').update(archive).digest('hex');
  if (digest !== sha256) throw new Error('its archive has another digest than was recorded');
  await readArchive(archive, { onGone: () => undefined, onEntry: () => undefined });
  return archive;
}
