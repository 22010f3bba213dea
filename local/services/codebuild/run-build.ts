import { systemClock, type HostClock } from '#local/clock.ts';
import type { BlobAccess } from './blob-access.ts';
import { messageOf } from './build-failure.ts';
import { openBuildLog, type LogWriter } from './build-log.ts';
import { buildUuid, type EndStatus, type StoredBuild } from './build-record.ts';
import { Interruption } from './interruption.ts';
import type { OutputPipe } from './output-pipe.ts';
import { endProcessGroup, processGroupOf, type ProcessGroup } from './process-group.ts';
import type { SecretSources } from './resolve-variables.ts';
import type { PhaseRecorder } from './record-phases.ts';
import { runPhases } from './run-phases.ts';
import { removeWorkspace, workspaceOf } from './workspace.ts';

/** What a host gives to each of its builds. */
export interface BuildSurroundings {
  readonly clock: HostClock;
  readonly workspaceRoot: string;
  readonly s3: BlobAccess;
  readonly logs: LogWriter;
  readonly environment: Readonly<Record<string, string>>;
  readonly secrets?: SecretSources;
}

/** How long processes have to end after SIGTERM. */
export const GRACE_MS = 10_000;
// A host that closes has no time on its own clock any more, and its operator waits.
const CLOSING_GRACE_MS = 2_000;

/** Runs one build to its end, with nothing of it left on the machine. A build that the closing host interrupts stays open. */
export async function runBuild(
  run: BuildSurroundings & {
    readonly stored: StoredBuild;
    readonly recorder: PhaseRecorder;
    readonly signal: AbortSignal;
    readonly started: (group: ProcessGroup) => void;
  },
): Promise<void> {
  const { stored, recorder, signal, clock } = run;
  const log = openBuildLog(stored.build, run.logs, clock);
  const workspace = workspaceOf(run.workspaceRoot, buildUuid(stored.build));
  const groups: ProcessGroup[] = [];
  let output: OutputPipe | undefined;
  let ending: Promise<unknown> | undefined;

  const endGroups = (grace?: Parameters<typeof endProcessGroup>[1]) =>
    Promise.all(groups.map((group) => endProcessGroup(group, grace)));
  const closing = (): boolean => isClosing(signal.reason);
  signal.addEventListener('abort', () => {
    ending = endGroups(
      closing() ? { clock: systemClock, milliseconds: CLOSING_GRACE_MS } : { clock, milliseconds: GRACE_MS },
    );
  });

  let status: EndStatus | 'CLOSED';
  try {
    status = await runPhases({
      ...run,
      log,
      workspace,
      s3: interruptible(run.s3, signal),
      startedShell(leader) {
        const group = processGroupOf(stored.build.id, leader);
        run.started(group);
        groups.push(group);
      },
      openedOutput: (opened) => (output = opened),
    });
  } catch (error) {
    status = endedBy(error, recorder);
  }
  if (status !== 'CLOSED') recorder.begin('FINALIZING');
  // What still runs when the commands are through has no more time, as in a container that goes away.
  await (ending ?? endGroups());
  await output?.end();
  log.flush();
  await removeWorkspace(workspace);
  if (status === 'CLOSED' || closing()) return;
  recorder.end('SUCCEEDED');
  recorder.complete(status);
}

function endedBy(error: unknown, recorder: PhaseRecorder): EndStatus | 'CLOSED' {
  if (!(error instanceof Interruption)) {
    console.error(`local codebuild: ${recorder.current().id}:`, error);
    recorder.end('FAULT', { statusCode: 'INTERNAL_ERROR', message: messageOf(error) });
    return 'FAULT';
  }
  if (error.status === 'TIMED_OUT') {
    recorder.end('TIMED_OUT', { statusCode: 'BUILD_TIMED_OUT', message: 'Build has timed out.' });
  }
  if (error.status === 'STOPPED') recorder.end('STOPPED');
  if (error.status === 'FAULT') {
    recorder.end('FAULT', { statusCode: 'INTERNAL_ERROR', message: 'The machine of the build was lost.' });
  }
  return error.status;
}

function isClosing(reason: unknown): boolean {
  return reason instanceof Interruption && reason.status === 'CLOSED';
}

/** The blobs, given up as soon as the signal aborts: a download must not hold up the end of a build. */
function interruptible(s3: BlobAccess, signal: AbortSignal): BlobAccess {
  const aborted = new Promise<never>((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason as Interruption));
  });
  // Nobody may be waiting for a blob when it happens.
  aborted.catch(() => undefined);
  return {
    get: (...object) => Promise.race([s3.get(...object), aborted]),
    put: (...object) => Promise.race([s3.put(...object), aborted]),
  };
}
