import { spawn, type ChildProcess } from 'node:child_process';
import { constants } from 'node:os';
import { join } from 'node:path';
import type { HostClock } from '#local/clock.ts';
import { ServiceFault } from '#local/gateway/wire.ts';
import type { LogWriter } from '../codebuild/build-log.ts';
import type { ImageConfig } from '../ecr/unpack-image.ts';
import { killGroup, type ProcessLedger } from '../lambda/process-ledger.ts';
import type { ContainerShape } from './definition-shapes.ts';
import { createFreePorts } from './free-ports.ts';
import { TaskNotStarted, type LaunchTask, type TaskEnd } from './launch-task.ts';
import { startCommand, taskVariables } from './task-environment.ts';
import { openTaskLog } from './task-log.ts';

/** The part of the local registry that tasks need. */
export interface Images {
  describeImage(name: string): Promise<ImageConfig>;
  unpackImage(name: string, directory: string): Promise<ImageConfig>;
}

/** What `secrets` of a container refer to. */
export interface SecretSources {
  readonly secretsManager: (reference: string) => string;
  readonly parameterStore: (reference: string) => string;
}

interface LaunchOptions {
  readonly directory: string;
  readonly images: Images;
  readonly secrets: SecretSources;
  readonly logs: LogWriter;
  readonly clock: HostClock;
  readonly ledger: ProcessLedger;
  /** Read at each start: the endpoint's port is known once it listens. */
  readonly hostVariables: Readonly<Record<string, string>>;
}

// How long the last output of a dead process may take when something it started keeps its pipes open.
const LAST_OUTPUT_MS = 250;

/** Starts a task as a process group of its own, in the unpacked image, with nothing of the host's environment. */
export function launchProcesses(options: LaunchOptions): LaunchTask {
  const { directory, images, secrets, logs, clock, ledger, hostVariables } = options;
  const ports = createFreePorts();

  return async ({ id, arn, container }) => {
    const { image, root } = await unpacked(images, directory, container.image);
    const values = secretValues(container, secrets);
    const { file, arguments: rest, directory: cwd } = startCommand(container, image, root);
    const port = await ports.take();
    const env = taskVariables({ container, image, root, hostVariables, secrets: values, port });
    const child = spawn(file, rest, {
      cwd,
      env: { ...env, ECS_TASK_ARN: arn },
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const log = openTaskLog(id, container, logs, clock);
    child.stdout.on('data', (chunk: Buffer) => log.output(chunk));
    child.stderr.on('data', (chunk: Buffer) => log.output(chunk));
    const ended = endOf(child).finally(() => {
      log.end();
      ports.giveBack(port);
      if (child.pid !== undefined) ledger.ended(child.pid);
    });
    const { pid } = child;
    if (pid === undefined) {
      const error = await new Promise<Error>((resolve) => child.once('error', resolve));
      throw new TaskNotStarted(`CannotStartContainerError: ${error.message}`);
    }
    ledger.started(pid);
    return {
      port,
      imageDigest: image.digest,
      ended,
      terminate: () => void child.kill('SIGTERM'),
      kill: () => killGroup(pid),
    };
  };
}

async function unpacked(images: Images, directory: string, name: string) {
  try {
    const { digest } = await images.describeImage(name);
    const root = join(directory, digest.replace(':', '-'));
    return { image: await images.unpackImage(name, root), root };
  } catch (cause) {
    if (!(cause instanceof Error)) throw cause;
    const said = cause.message.startsWith('CannotPullContainerError') ? '' : 'CannotPullContainerError: ';
    throw new TaskNotStarted(`${said}${cause.message}`, { cause });
  }
}

/** @throws TaskNotStarted that names the reference; what the stores say of it holds no value */
function secretValues({ secrets = [] }: ContainerShape, sources: SecretSources): Record<string, string> {
  return Object.fromEntries(
    secrets.map(({ name, valueFrom }) => {
      const source = valueFrom.startsWith('arn:aws:secretsmanager:') ? sources.secretsManager : sources.parameterStore;
      try {
        return [name, source(valueFrom)];
      } catch (cause) {
        if (!(cause instanceof ServiceFault)) throw cause;
        throw new TaskNotStarted(
          `ResourceInitializationError: unable to pull secrets or registry auth: unable to retrieve secret ${valueFrom}: ${cause.code}: ${cause.message}`,
          { cause },
        );
      }
    }),
  );
}

function endOf(child: ChildProcess): Promise<TaskEnd> {
  return new Promise((resolve) => {
    child.once('error', () => resolve({ exitCode: 127 }));
    child.once('exit', (code, signal) => {
      // A container ends with its first process, whatever else runs in it.
      if (child.pid !== undefined) killGroup(child.pid);
      const exitCode = code ?? 128 + (signal ? constants.signals[signal] : 0);
      const limit = setTimeout(() => resolve({ exitCode }), LAST_OUTPUT_MS);
      child.once('close', () => {
        clearTimeout(limit);
        resolve({ exitCode });
      });
    });
  });
}
