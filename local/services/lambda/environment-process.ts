import { spawn, type ChildProcess } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { FunctionVersion } from './records.ts';

// Where Lambda's Node runtimes keep the SDK, for whatever requires it; here, among this host's own packages.
const SDK = fileURLToPath(new URL('../../../node_modules', import.meta.url));
const TASK_ROOT = '/var/task/';
const BOOTSTRAP = fileURLToPath(new URL('bootstrap.mjs', import.meta.url));

interface ProcessOptions {
  readonly version: FunctionVersion;
  readonly taskRoot: string;
  readonly runtimeApi: string;
  readonly logGroup: string;
  readonly logStream: string;
  /** What the host gives every function, such as AWS_ENDPOINT_URL; a function's own variables win. */
  readonly hostVariables: Readonly<Record<string, string>>;
}

/** Starts the process of one environment: a group of its own, and nothing of the host's environment. */
export function startProcess(options: ProcessOptions): ChildProcess {
  const { version } = options;
  const runtime = [process.execPath, `--max-old-space-size=${version.memoryMegabytes}`, BOOTSTRAP];
  const wrapper = version.environment['AWS_LAMBDA_EXEC_WRAPPER'];
  const [program = '', ...parameters] = wrapper ? [inTaskRoot(wrapper, options.taskRoot), ...runtime] : runtime;
  return spawn(program, parameters, {
    cwd: options.taskRoot,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      ...options.hostVariables,
      NODE_PATH: SDK,
      ...version.environment,
      AWS_LAMBDA_FUNCTION_NAME: version.functionName,
      AWS_LAMBDA_FUNCTION_VERSION: version.version,
      AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(version.memoryMegabytes),
      AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
      AWS_LAMBDA_LOG_GROUP_NAME: options.logGroup,
      AWS_LAMBDA_LOG_STREAM_NAME: options.logStream,
      AWS_LAMBDA_RUNTIME_API: options.runtimeApi,
      AWS_EXECUTION_ENV: `AWS_Lambda_${version.runtime}`,
      AWS_REGION: 'eu-west-1',
      AWS_DEFAULT_REGION: 'eu-west-1',
      _HANDLER: version.handler,
      LAMBDA_TASK_ROOT: options.taskRoot,
      LAMBDA_RUNTIME_DIR: dirname(BOOTSTRAP),
      LANG: 'en_US.UTF-8',
      TZ: ':UTC',
      PATH: `${dirname(process.execPath)}:/usr/local/bin:/usr/bin:/bin`,
    },
  });
}

/** A function names its files by where Lambda unpacks it. */
function inTaskRoot(path: string, taskRoot: string): string {
  return path.startsWith(TASK_ROOT) ? join(taskRoot, path.slice(TASK_ROOT.length)) : path;
}

/** Why a process ended, in the words of Lambda's `Runtime.ExitError`. */
export function exitReason(code: number | null, signal: NodeJS.Signals | null): string {
  if (signal !== null) return `Runtime exited with error: signal: ${SIGNALS[signal] ?? signal}`;
  return code === 0 ? 'Runtime exited without providing a reason' : `Runtime exited with error: exit status ${code}`;
}

const SIGNALS: Partial<Record<NodeJS.Signals, string>> = {
  SIGKILL: 'killed',
  SIGTERM: 'terminated',
  SIGABRT: 'aborted',
  SIGSEGV: 'segmentation fault',
};
