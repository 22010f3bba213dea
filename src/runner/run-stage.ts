import { join } from 'node:path';
import type { BuildPlan, BuildStage } from '#schemas/workflows/build-plan.ts';
import { tailLineLength, type StageMark } from '#schemas/workflows/stage-mark.ts';
import type { RetryNote } from '#schemas/workflows/stage-notes.ts';
import { again, type Patience } from './again.ts';
import { ArtifactNotStored } from './artifact-not-stored.ts';
import type { BlobStore } from './blob-store.ts';
import type { CacheSink } from './cache/cache-sink.ts';
import type { StageCache } from './cache/stage-cache.ts';
import { collectReports, removeOldReports } from './collect-reports.ts';
import type { Registry } from './image/registry-client.ts';
import type { RunnerLog } from './log.ts';
import type { MarkSink } from './mark-sink.ts';
import { installFault } from './network-fault.ts';
import { type CommandsEnd, runCommands } from './run-commands.ts';
import { RunnerFailure } from './runner-failure.ts';
import type { Scrubber } from './scrubber.ts';
import { stageEnvironment } from './stage-environment.ts';
import { type StoredArtifact, storeArtifact } from './store-artifact.ts';

export interface BuildDeps extends Patience {
  readonly blobs: BlobStore;
  readonly marks: MarkSink;
  readonly results: CacheSink;
  readonly log: RunnerLog;
  /** Asked for when the artifact is an image. */
  readonly openRegistry: () => Promise<Registry>;
  readonly now: () => Date;
  /** Fires when a stage has had its time. */
  readonly timeoutAfter: (seconds: number) => AbortSignal;
}

export interface BuildRequest {
  readonly plan: BuildPlan;
  readonly buildId: string;
  /** Where the service's source lies. */
  readonly source: string;
  /** The kit's own environment, of which the commands see very little. */
  readonly environment: NodeJS.ProcessEnv;
}

type StageRequest = BuildRequest & { readonly secrets: Readonly<Record<string, string>> };
type StageDeps = BuildDeps & { readonly scrubber: Scrubber; readonly cache: StageCache };

/** Shown with a stage that did not succeed. */
const TAIL_LINES = 20;

/** Looked at when an install fails: package managers say why at their end. */
const FAULT_LINES = 200;

interface CommandsTried {
  readonly end: CommandsEnd;
  readonly retries: readonly RetryNote[];
}

type StageEnd = { readonly retries: readonly RetryNote[] } & (
  | { readonly end: CommandsEnd; readonly artifact?: StoredArtifact }
  | { readonly end: { readonly status: 'failed' }; readonly cause: Error }
);

/**
 * Runs one stage between its two marks. The artifact is part of `bundle`: that stage has succeeded only when its artifact
 * lies in the store.
 *
 * @param directory where the commands run
 * @returns the artifact, for `bundle`
 * @throws RunnerFailure when the stage did not succeed or a mark was refused
 */
export async function runStage(
  stage: BuildStage,
  directory: string,
  request: StageRequest,
  deps: StageDeps,
): Promise<StoredArtifact | undefined> {
  const { plan } = request;
  const { log, blobs, marks, scrubber, now, cache } = deps;
  const mark = (status: StageMark['status'], details: Partial<StageMark> = {}): Promise<void> =>
    marks.post({
      deploymentId: plan.deploymentId,
      token: plan.markToken,
      buildId: request.buildId,
      run: plan.run,
      stage: stage.name,
      status,
      at: now().toISOString(),
      ...details,
    });

  await removeOldReports({ plan, stage: stage.name, directory });
  await mark('started');
  log.runner(`${stage.name} started`);
  const hit = cache.hit(stage.name);
  if (hit) log.runner(`cache: the result of an earlier build serves, saved ${seconds(hit.durationMs)}`);
  const startedAt = now().getTime();
  const tail: string[] = [];
  const remember = (line: string): void => {
    tail.push(line.slice(0, tailLineLength));
    if (tail.length > TAIL_LINES) tail.shift();
  };

  const result = await runAndStore(stage, directory, request, deps, remember);
  const succeeded = result.end.status === 'succeeded';
  const reports = await collectReports({ plan, stage: stage.name, directory, succeeded }, { blobs, log, scrubber });
  const durationMs = Math.max(0, Math.round(now().getTime() - startedAt));
  const outcome = 'cause' in result ? scrubber.redact(result.cause.message) : describeEnd(stage, result.end);
  if ('cause' in result) remember(outcome);
  log.runner(succeeded ? `${stage.name} succeeded in ${durationMs} ms` : `${stage.name} failed: ${outcome}`);

  await mark(result.end.status, {
    durationMs,
    ...('exitCode' in result.end && { exitCode: result.end.exitCode }),
    ...(succeeded && { exitCode: 0 }),
    ...(reports.length > 0 && { reports: [...reports] }),
    ...(hit && succeeded && { cache: { hit: true, savedMs: hit.durationMs } }),
    ...(result.retries.length > 0 && { retries: [...result.retries] }),
    ...('cause' in result && result.cause instanceof ArtifactNotStored && { code: result.cause.code }),
    ...(!succeeded && { logTail: tail }),
  });
  if (!succeeded) throw new RunnerFailure(`the build failed at ${stage.name}`);
  if (!hit) await cache.keep(stage.name, durationMs);
  return 'artifact' in result ? result.artifact : undefined;
}

async function runAndStore(
  stage: BuildStage,
  directory: string,
  request: StageRequest,
  deps: StageDeps,
  remember: (line: string) => void,
): Promise<StageEnd> {
  const { plan } = request;
  const { log, blobs, openRegistry } = deps;
  const tried = deps.cache.hit(stage.name)
    ? await restore(stage, deps)
    : await runAgain(stage, directory, request, deps, remember);
  if (stage.name !== 'bundle' || tried.end.status !== 'succeeded') return tried;
  try {
    const artifact = await storeArtifact({ blobs, openRegistry, log }, join(directory, plan.output), plan);
    log.runner(`artifact ${artifact.key}: ${artifact.size} bytes`);
    return { ...tried, artifact };
  } catch (error) {
    if (!(error instanceof RunnerFailure)) throw error;
    return { ...tried, end: { status: 'failed' }, cause: error };
  }
}

async function restore({ name }: BuildStage, { cache }: StageDeps): Promise<CommandsTried> {
  await cache.restore(name);
  return { end: { status: 'succeeded' }, retries: [] };
}

/** An install that the network failed is done again within its time; what the service's own code fails at never is. */
async function runAgain(
  stage: BuildStage,
  directory: string,
  { plan, environment, secrets }: StageRequest,
  { log, scrubber, timeoutAfter, cache, sleep, random }: StageDeps,
  remember: (line: string) => void,
): Promise<CommandsTried> {
  const timeout = timeoutAfter(stage.timeoutSeconds);
  const seen = stageEnvironment(plan, environment, secrets, cache.seesCommit(stage.name));
  cache.begin(stage.name);
  const { value, retries } = await again(
    async () => {
      const said: string[] = [];
      const end = await runCommands({
        commands: stage.commands,
        directory,
        environment: seen,
        scrubber,
        timeout,
        onLine: (line) => {
          remember(line);
          said.push(line);
          if (said.length > FAULT_LINES) said.shift();
          log.stage(stage.name, line);
        },
      });
      return { end, said };
    },
    ({ end, said }) => (stage.name === 'install' && end.status === 'failed' ? installFault(said) : undefined),
    { sleep, random },
    ({ reason, afterMs }) => log.runner(`${stage.name} is tried again in ${afterMs} ms: ${reason}`),
  );
  return { end: value.end, retries };
}

function seconds(milliseconds: number): string {
  return `${(milliseconds / 1000).toFixed(1)} s`;
}

function describeEnd(stage: BuildStage, end: CommandsEnd): string {
  if (end.status === 'timed_out') return `not finished after ${stage.timeoutSeconds} s; all its processes were ended`;
  return end.status === 'failed' ? `exit code ${end.exitCode}` : 'succeeded';
}
