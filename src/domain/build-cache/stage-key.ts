import type { BuildStage } from '#schemas/service/build.ts';
import { canonicalJson } from '../canonical-json.ts';

/** A file or link of the source as it was fetched. */
export interface InputFile {
  /** Relative to the source, `/` between names. */
  readonly path: string;
  readonly kind: 'file' | 'executable' | 'link';
  /** Of the content, or of the path that a link leads to. */
  readonly digest: string;
}

export interface StageInputs {
  /** What the commands run with, beneath the service's own files. */
  readonly toolchain: string;
  readonly stage: BuildStage;
  readonly commands: readonly string[];
  readonly files: readonly InputFile[];
  /** What the commands find in their environment. */
  readonly variables: Readonly<Record<string, string>>;
  /**
   * Names only. A digest of a value would let whoever sees keys try values out, and another token must not make another
   * result.
   */
  readonly secretNames: readonly string[];
  /** What is kept of the stage: its result, in part. */
  readonly outputs: readonly string[];
  /** Key of the stage before: its result is an input too. */
  readonly before: string | undefined;
}

/** Everything that a stage's result follows from, as canonical JSON for the caller to hash: equal text, equal result. */
export function stageKeyText(inputs: StageInputs): string {
  const { toolchain, stage, commands, files, variables, secretNames, outputs, before } = inputs;
  return canonicalJson({
    // A change of this shape, or of what an archive holds, is a change of key.
    version: 1,
    toolchain,
    stage,
    commands,
    files: inOrder(files.map(({ path, kind, digest }) => [path, kind, digest])),
    // By entry: a variable may have any name.
    variables: inOrder(Object.entries(variables)),
    secretNames: [...secretNames].sort(),
    outputs: [...outputs].sort(),
    before: before ?? null,
  });
}

/** By code unit of the first part, so that no locale and no order of a directory shows. */
function inOrder<T extends readonly string[]>(entries: readonly T[]): readonly T[] {
  return [...entries].sort(([a = ''], [b = '']) => (a < b ? -1 : a > b ? 1 : 0));
}
