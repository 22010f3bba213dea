import { join } from 'node:path';
import type { BlobAccess } from './blob-access.ts';
import { buildEnvironment } from './build-environment.ts';
import { BuildFailure } from './build-failure.ts';
import type { BuildLog } from './build-log.ts';
import type { PhaseType, StoredBuild } from './build-record.ts';
import { openBuildShell, type BuildShell } from './build-shell.ts';
import { parseBuildspec, type Buildspec } from './buildspec.ts';
import { fetchSources } from './fetch-sources.ts';
import { findBuildspec } from './find-buildspec.ts';
import { openOutputPipe, type OutputPipe } from './output-pipe.ts';
import { expandInShell, readShellVariables } from './read-shell-values.ts';
import { maskValues } from './mask-values.ts';
import type { PhaseRecorder } from './record-phases.ts';
import { resolveVariables, type ResolvedVariables, type SecretSources } from './resolve-variables.ts';
import { runCommands } from './run-commands.ts';
import { uploadArtifacts } from './upload-artifacts.ts';
import { makeWorkspace, type Workspace } from './workspace.ts';

export interface PhaseRun {
  readonly stored: StoredBuild;
  readonly recorder: PhaseRecorder;
  readonly log: BuildLog;
  readonly workspace: Workspace;
  readonly signal: AbortSignal;
  readonly s3: BlobAccess;
  /** Variables that the host gives to every build. */
  readonly environment: Readonly<Record<string, string>>;
  readonly secrets?: SecretSources;
  readonly startedShell: (leader: number) => void;
  readonly openedOutput: (output: OutputPipe) => void;
}

interface Downloaded {
  readonly spec: Buildspec;
  readonly variables: ResolvedVariables;
}

type Attempt<T> = { readonly ok: true; readonly value: T } | { readonly ok: false };

const COMMAND_PHASES = [
  ['INSTALL', 'install'],
  ['PRE_BUILD', 'pre_build'],
  ['BUILD', 'build'],
  ['POST_BUILD', 'post_build'],
] as const;

/**
 * Takes a build from provisioning to its artifacts. A failed BUILD still goes on to POST_BUILD and the artifacts; a failed INSTALL
 * or PRE_BUILD goes nowhere; `on-failure` overrules both.
 *
 * @throws Interruption when the signal was aborted
 */
export async function runPhases(run: PhaseRun): Promise<'SUCCEEDED' | 'FAILED'> {
  const output = await attempt(run, 'PROVISIONING', () => provision(run));
  if (!output.ok) return 'FAILED';
  const downloaded = await attempt(run, 'DOWNLOAD_SOURCE', () => download(run));
  if (!downloaded.ok) return 'FAILED';
  const { spec, variables } = downloaded.value;
  const mask = maskValues(variables);
  run.log.mask(mask);
  const shell = openShell(run, output.value, downloaded.value);

  let succeeded = true;
  let goesOn = true;
  for (const [type, name] of COMMAND_PHASES) {
    if (!goesOn) break;
    const phase = spec.phases[name];
    const { ok } = await attempt(run, type, () =>
      runCommands(phase ?? { commands: [], finally: [] }, { ...run, shell }),
    );
    if (ok) continue;
    succeeded = false;
    const onFailure = phase?.['on-failure'];
    goesOn = onFailure === 'CONTINUE' || (onFailure === undefined && (type === 'BUILD' || type === 'POST_BUILD'));
    if (goesOn) await shell.run('export CODEBUILD_BUILD_SUCCEEDING=0');
  }
  // As on AWS a secret variable is not exported; what was made of one is masked, for the record is stored.
  const names = spec.env['exported-variables'].filter((name) => !variables.secretNames.has(name));
  const exported = await readShellVariables(shell, run.workspace.control, names);
  run.signal.throwIfAborted();
  run.recorder.note({
    exportedEnvironmentVariables: exported.map(({ name, value }) => ({ name, value: mask(value) })),
  });

  if (goesOn) {
    const uploaded = await attempt(run, 'UPLOAD_ARTIFACTS', () => upload(run, spec, shell, mask));
    if (uploaded.ok) run.recorder.note({ artifacts: uploaded.value });
    succeeded &&= uploaded.ok;
  }
  return succeeded ? 'SUCCEEDED' : 'FAILED';
}

/** Runs one phase and records it; a failure of the build's own is an answer, an interruption and a fault of the host are thrown. */
async function attempt<T>(run: PhaseRun, type: PhaseType, work: () => Promise<T>): Promise<Attempt<T>> {
  const { recorder, log, signal } = run;
  signal.throwIfAborted();
  recorder.begin(type);
  log.say(`Entering phase ${type}`);
  let failure: BuildFailure | undefined;
  try {
    const value = await work();
    signal.throwIfAborted();
    recorder.end('SUCCEEDED');
    return { ok: true, value };
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof BuildFailure)) throw error;
    failure = error;
    recorder.end('FAILED', { statusCode: failure.code, message: failure.message });
    return { ok: false };
  } finally {
    if (!signal.aborted) {
      log.say(`Phase complete: ${type} State: ${failure ? 'FAILED' : 'SUCCEEDED'}`);
      log.say(`Phase context status code: ${failure?.code ?? ''} Message: ${failure?.message ?? ''}`);
    }
  }
}

async function provision({ workspace, log, openedOutput }: PhaseRun): Promise<OutputPipe> {
  await makeWorkspace(workspace);
  const output = await openOutputPipe(join(workspace.control, 'output'), (chunk) => log.output(chunk));
  openedOutput(output);
  return output;
}

async function download({ stored, workspace, s3, secrets }: PhaseRun): Promise<Downloaded> {
  await fetchSources(stored.build, workspace, s3);
  const spec = parseBuildspec(await findBuildspec(stored.build.source.buildspec, workspace.source, s3));
  return { spec, variables: resolveVariables(stored.build, spec, secrets) };
}

function openShell(
  { stored, workspace, environment, startedShell }: PhaseRun,
  output: OutputPipe,
  { spec, variables }: Downloaded,
) {
  return openBuildShell({
    shell: spec.env.shell,
    directory: workspace.control,
    cwd: workspace.source,
    environment: buildEnvironment({ build: stored.build, workspace, host: environment, variables }),
    output,
    started: startedShell,
  });
}

async function upload(
  { stored, workspace, s3 }: PhaseRun,
  buildspec: Buildspec,
  shell: BuildShell,
  mask: (text: string) => string,
) {
  const written = stored.artifacts.overrideArtifactName ? buildspec.artifacts?.name : undefined;
  const name = written === undefined ? undefined : await expandInShell(shell, workspace.control, written);
  if (name !== undefined && mask(name) !== name) {
    throw new BuildFailure('CLIENT_ERROR', "The artifact's name holds the value of a secret variable.");
  }
  return uploadArtifacts({ stored, buildspec, source: workspace.source, s3, name });
}
