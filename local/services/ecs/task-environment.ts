import { basename, dirname, join } from 'node:path';
import { accessSync, constants, existsSync, statSync } from 'node:fs';
import type { ImageConfig } from '../ecr/unpack-image.ts';
import type { ContainerShape } from './definition-shapes.ts';
import { TaskNotStarted } from './launch-task.ts';

export interface StartCommand {
  readonly file: string;
  readonly arguments: readonly string[];
  readonly directory: string;
}

/**
 * What a container would run: the definition's words before the image's; a new entry point drops the image's command.
 *
 * @param root where the image was unpacked
 * @throws TaskNotStarted in the words that a container's runtime has for it
 */
export function startCommand(container: ContainerShape, image: ImageConfig, root: string): StartCommand {
  const own = container.entryPoint ?? [];
  const entry = own.length > 0 ? own : image.entrypoint;
  const command = (container.command ?? []).length > 0 ? (container.command ?? []) : own.length > 0 ? [] : image.cmd;
  const [program, ...rest] = [...entry, ...command];
  if (program === undefined) {
    throw new TaskNotStarted(
      'CannotStartContainerError: no command specified: neither the image nor the task definition has one',
    );
  }
  const directory = join(root, container.workingDirectory ?? image.workingDir);
  if (!existsSync(directory)) {
    throw new TaskNotStarted(
      `CannotStartContainerError: the working directory ${container.workingDirectory ?? image.workingDir} is not in the image`,
    );
  }
  return {
    file: programFile(program, directory, root, image),
    // A path within the image is another one here, where there is no root of its own.
    arguments: rest.map((text) => (text.startsWith('/') && existsSync(join(root, text)) ? join(root, text) : text)),
    directory,
  };
}

/** In the image first, then on this machine, under the same name. `node` is always the Node that runs the host. */
function programFile(program: string, directory: string, root: string, { env }: ImageConfig): string {
  const name = basename(program);
  const inImage = program.includes('/')
    ? [program.startsWith('/') ? join(root, program) : join(directory, program)]
    : pathsOf(env['PATH']).map((path) => join(root, path, program));
  const found = inImage.find(isProgram);
  if (found !== undefined) return found;
  if (name === 'node') return process.execPath;
  const onHost = (
    program.startsWith('/') ? [program] : pathsOf(process.env['PATH']).map((path) => join(path, name))
  ).find(isProgram);
  if (onHost !== undefined) return onHost;
  throw new TaskNotStarted(
    `CannotStartContainerError: exec: "${program}": executable file not found in the image nor on this machine`,
  );
}

/** The variables of a task; what runs must listen on PORT, which is free on this machine. */
export function taskVariables(options: {
  readonly container: ContainerShape;
  readonly image: ImageConfig;
  readonly root: string;
  readonly hostVariables: Readonly<Record<string, string>>;
  readonly secrets: Readonly<Record<string, string>>;
  readonly port: number;
}): Record<string, string> {
  const { container, image, root, hostVariables, secrets, port } = options;
  const inImage = pathsOf(image.env['PATH']).map((path) => join(root, path));
  return {
    HOME: '/tmp',
    LANG: 'C.UTF-8',
    TZ: 'UTC',
    AWS_EXECUTION_ENV: 'AWS_ECS_FARGATE',
    AWS_DEFAULT_REGION: 'eu-west-1',
    ...hostVariables,
    ...image.env,
    ...Object.fromEntries((container.environment ?? []).map(({ name, value }) => [name, value])),
    ...secrets,
    PATH: [...inImage, dirname(process.execPath), '/usr/local/bin', '/usr/bin', '/bin'].join(':'),
    PORT: String(port),
  };
}

function pathsOf(list: string | undefined): readonly string[] {
  return (list ?? '').split(':').filter((path) => path !== '');
}

function isProgram(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}
