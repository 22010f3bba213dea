import { join } from 'node:path';
import type { BuildPlan, BuildStage } from '#schemas/workflows/build-plan.ts';
import { tailLineLength, type StageMark } from '#schemas/workflows/stage-mark.ts';
import { ArtifactNotStored } from './artifact-not-stored.ts';
import type { BlobStore } from './blob-store.ts';
import { collectReports, removeOldReports } from './collect-reports.ts';
import type { Registry } from './image/registry-client.ts';
import type { RunnerLog } from './log.ts';
import type { MarkSink } from './mark-sink.ts';
import { type CommandsEnd, runCommands } from './run-commands.ts';
import { RunnerFailure } from './runner-failure.ts';
import type { Scrubber } from './scrubber.ts';
import { stageEnvironment } from './stage-environment.ts';
import { type StoredArtifact, storeArtifact } from './store-artifact.ts';

export interface BuildDeps {
  readonly blobs: BlobStore;
  readonly marks: MarkSink;
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
type StageDeps = BuildDeps & { readonly scrubber: Scrubber };

/** Shown with a stage that did not succeed. */
const TAIL_LINES = 20;

type StageEnd =
  | { readonly end: CommandsEnd; readonly artifact?: StoredArtifact }
  | { readonly end: { readonly status: 'failed' }; readonly cause: Error };

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
  const { log, blobs, marks, scrubber, now } = deps;
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
    ...('cause' in result && result.cause instanceof ArtifactNotStored && { code: result.cause.code }),
    ...(!succeeded && { logTail: tail }),
  });
  if (!succeeded) throw new RunnerFailure(`the build failed at ${stage.name}`);
  return 'artifact' in result ? result.artifact : undefined;
}

async function runAndStore(
  stage: BuildStage,
  directory: string,
  { plan, environment, secrets }: StageRequest,
  { log, blobs, openRegistry, scrubber, timeoutAfter }: StageDeps,
  remember: (line: string) => void,
): Promise<StageEnd> {
  const end = await runCommands({
    commands: stage.commands,
    directory,
    environment: stageEnvironment(plan, environment, secrets),
    scrubber,
    timeout: timeoutAfter(stage.timeoutSeconds),
    onLine: (line) => {
      remember(line);
      log.stage(stage.name, line);
    },
  });
  if (stage.name !== 'bundle' || end.status !== 'succeeded') return { end };
  try {
    const artifact = await storeArtifact({ blobs, openRegistry, log }, join(directory, plan.output), plan);
    log.runner(`artifact ${artifact.key}: ${artifact.size} bytes`);
    return { end, artifact };
  } catch (error) {
    if (!(error instanceof RunnerFailure)) throw error;
    return { end: { status: 'failed' }, cause: error };
  }
}

function describeEnd(stage: BuildStage, end: CommandsEnd): string {
  if (end.status === 'timed_out') return `not finished after ${stage.timeoutSeconds} s; all its processes were ended`;
  return end.status === 'failed' ? `exit code ${end.exitCode}` : 'succeeded';
}
