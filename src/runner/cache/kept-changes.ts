import type { InputFile } from '#domain/build-cache/stage-key.ts';
import type { BuildPlan } from '#schemas/workflows/build-plan.ts';
import { inputFilesOf } from './input-files.ts';
import type { Changes, Snapshot } from './snapshot.ts';
import { type KeyedStage, outputsOf } from './stage-keys.ts';

export type KeptChanges =
  | { readonly kind: 'kept'; readonly changes: Changes }
  /** Taken from the cache, the result would not be what a run leaves. */
  | { readonly kind: 'unfit'; readonly why: string };

interface Looked {
  readonly directory: string;
  /** As they were fetched. */
  readonly source: ReadonlyMap<string, InputFile>;
  readonly changes: Changes;
  readonly after: Snapshot;
}

/** What of a stage's changes goes into its archive, if a later build can take it in the place of a run. */
export function keptChanges(
  plan: BuildPlan,
  keyed: KeyedStage,
  { directory, source, changes, after }: Looked,
): KeptChanges {
  const outputs = outputsOf(plan, { name: keyed.stage });
  const isForeign = (path: string): boolean =>
    source.has(path) && !keyed.reads(path) && !outputs.some((output) => isWithin(path, output));

  // A change of mode and back, or a touch, of a file that is not of the stage leaves that file to the commit.
  const touched = changes.left.filter(isForeign);
  const present = inputFilesOf(directory, new Map(touched.flatMap((path) => entry(after, path))));
  const changed = touched.find((path) => !isSame(source.get(path), present.get(path)));
  if (changed !== undefined) {
    return { kind: 'unfit', why: `it changed "${changed}", which is not among its inputs` };
  }
  const removed = [...source.keys()].find(
    (path) => isForeign(path) && changes.gone.some((gone) => isWithin(path, gone)),
  );
  if (removed !== undefined) {
    return { kind: 'unfit', why: `it removed "${removed}", which is not among its inputs` };
  }

  const left = changes.left.filter((path) => !isForeign(path));
  if (keyed.stage === 'install' && left.length === 0) {
    return { kind: 'unfit', why: 'it left nothing in the workspace' };
  }
  const declared = plan.cache?.paths ?? [];
  const known = [...declared, ...outputs];
  const surprising = [...left, ...changes.gone].find(
    (path) => declared.length > 0 && !known.some((each) => isWithin(path, each) || isWithin(each, path)),
  );
  if (surprising !== undefined) {
    return { kind: 'unfit', why: `it changed "${surprising}", which build.cache.paths does not name` };
  }
  return { kind: 'kept', changes: { left, gone: changes.gone } };
}

function entry(snapshot: Snapshot, path: string) {
  const found = snapshot.get(path);
  return found ? [[path, found] as const] : [];
}

function isSame(before: InputFile | undefined, now: InputFile | undefined): boolean {
  return before?.kind === now?.kind && before?.digest === now?.digest;
}

function isWithin(path: string, directory: string): boolean {
  const above = directory.replace(/\/+$/, '');
  return path === above || path.startsWith(`${above}/`);
}
