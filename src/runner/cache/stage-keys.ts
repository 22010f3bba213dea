import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { defaultInputs, hasInstallScript, installRunsCode } from '#domain/build-cache/default-inputs.ts';
import { inputMatcher } from '#domain/build-cache/input-patterns.ts';
import { leavesWorkspace } from '#domain/build-cache/leaves-workspace.ts';
import { type InputFile, stageKeyText } from '#domain/build-cache/stage-key.ts';
import type { BuildPlan, BuildStage, StageName } from '#schemas/workflows/build-plan.ts';

/** What is known of a stage before anything has run. */
export interface KeyedStage {
  readonly stage: StageName;
  readonly key: string;
  /** Why its result is not kept, in words; absent when it is. */
  readonly notKept?: string;
  /** Fewer files than all of them: whatever changes with every commit is not for its commands to see. */
  readonly narrow: boolean;
  /** Whether a path of the source is among its inputs. */
  readonly reads: (path: string) => boolean;
}

interface Source {
  readonly directory: string;
  readonly files: ReadonlyMap<string, InputFile>;
}

/**
 * The keys of the plan's stages, in order. They follow from the source alone, since each holds the key of the stage before;
 * so all are known before the first stage runs. They end at a stage whose inputs cannot be told.
 *
 * @param variables of a stage, as its commands will see them
 */
export function stageKeysOf(
  plan: BuildPlan,
  source: Source,
  variables: (narrow: boolean) => Readonly<Record<string, string>>,
  warn: (text: string) => void,
): readonly KeyedStage[] {
  const cache = plan.cache;
  if (!cache) return [];
  const keyed: KeyedStage[] = [];
  for (const stage of plan.stages) {
    const patterns = stage.inputs ?? ownChoice(stage, source);
    const matcher = inputMatcher(patterns);
    const files = [...source.files.values()].filter(({ path }) => matcher.matches(path));
    const unused = stage.inputs ? matcher.unused() : [];
    if (unused.length > 0) {
      // A slip of the pen here would let a result serve for ever.
      warn(`nothing from ${stage.name} on is taken from the cache: its inputs ${quoted(unused)} match no file`);
      return keyed;
    }
    const narrow = files.length < source.files.size || stage.inputs !== undefined;
    const text = stageKeyText({
      toolchain: `${cache.toolchain} ${process.version} ${process.platform} ${process.arch}`,
      stage: stage.name,
      commands: stage.commands,
      files,
      variables: variables(narrow),
      secretNames: plan.secretNames,
      outputs: [...cache.paths, ...outputsOf(plan, stage)],
      before: keyed.at(-1)?.key,
    });
    keyed.push({
      stage: stage.name,
      key: createHash('sha256').update(text).digest('hex'),
      narrow,
      reads: matcher.matches,
      ...(leavesWorkspace(stage.commands) && {
        notKept: 'its commands leave something outside of the workspace',
      }),
    });
  }
  return keyed;
}

/** What a stage leaves without `build.cache.paths` having to say so. */
export function outputsOf(plan: BuildPlan, { name }: Pick<BuildStage, 'name'>): readonly string[] {
  const reports = plan.reports.filter(({ stage }) => stage === name).map(({ path }) => path);
  return name === 'bundle' ? [...reports, plan.output] : reports;
}

function ownChoice({ name, commands }: BuildStage, { directory, files }: Source): readonly string[] {
  const patterns = defaultInputs(name, commands);
  const everything = ['**'];
  const { matches } = inputMatcher(patterns);
  const chosen = [...files.keys()].filter(matches);
  if (chosen.length === 0) return everything;
  const runsCode = inputMatcher(installRunsCode).matches;
  if ([...files.keys()].some(runsCode)) return everything;
  const packages = chosen.filter((path) => path === 'package.json' || path.endsWith('/package.json'));
  const scripted = packages.some((path) => hasInstallScript(readFileSync(join(directory, path), 'utf8')));
  return scripted ? everything : patterns;
}

function quoted(patterns: readonly string[]): string {
  return patterns.map((pattern) => `"${pattern}"`).join(', ');
}
