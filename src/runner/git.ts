import { spawn } from 'node:child_process';
import type { GitAccess } from './git-access.ts';
import { RunnerFailure } from './runner-failure.ts';

export interface GitResult {
  readonly code: number;
  readonly stdout: Buffer;
  readonly stderr: string;
}

/** Runs git on one repository of ours; rejects only when git cannot be started. */
export type Git = (...args: string[]) => Promise<GitResult>;

/** Without these a variable of the host could point git at another repository. */
const POINTS_ELSEWHERE = new Set([
  'GIT_DIR',
  'GIT_WORK_TREE',
  'GIT_INDEX_FILE',
  'GIT_OBJECT_DIRECTORY',
  'GIT_ALTERNATE_OBJECT_DIRECTORIES',
  'GIT_COMMON_DIR',
  'GIT_NAMESPACE',
  'GIT_SHALLOW_FILE',
]);

/** What is for ours to say, or would show in the log what goes over the wire. */
const NOT_TAKEN_OVER =
  /^(GIT_(TRACE\w*|CURL_VERBOSE|ASKPASS|SSH|SSH_COMMAND|SSH_VARIANT|PROXY_SSL_\w+)|SSH_ASKPASS\w*|SSH_AUTH_SOCK|REPOSITORY_CREDENTIALS)$/;

const SETTINGS = {
  // Nothing that a template or the host's configuration brings may run.
  'core.hooksPath': '/dev/null',
  'core.fsmonitor': 'false',
  'gc.auto': '0',
  'maintenance.auto': 'false',
  'log.showSignature': 'false',
  'i18n.logOutputEncoding': 'UTF-8',
  'init.defaultBranch': 'main',
  // A server that stops sending would otherwise hold the build until its own timeout.
  'http.lowSpeedLimit': '1000',
  'http.lowSpeedTime': '60',
};

/**
 * @param gitDirectory the bare repository, which need not exist yet
 * @param access how to get at the repository that is fetched from
 * @param environment the host's; its `GIT_ALLOW_PROTOCOL` says which protocols may be used, `https:ssh` when it is silent
 */
export function createGit(
  gitDirectory: string,
  environment: NodeJS.ProcessEnv,
  access: Pick<GitAccess, 'settings' | 'variables'> = { settings: {}, variables: {} },
): Git {
  const kept = Object.entries(environment).filter(
    ([name]) => !POINTS_ELSEWHERE.has(name) && !NOT_TAKEN_OVER.test(name),
  );
  const env = {
    GIT_ALLOW_PROTOCOL: 'https:ssh',
    ...Object.fromEntries(kept),
    ...access.variables,
    GIT_DIR: gitDirectory,
    GIT_TERMINAL_PROMPT: '0',
    GIT_LITERAL_PATHSPECS: '1',
    // Entries of a zip carry local time: the host's zone must not change the bytes.
    TZ: 'UTC',
    LC_ALL: 'C',
  };
  const settings = Object.entries({ ...SETTINGS, ...access.settings }).flatMap(([name, value]) => [
    '-c',
    `${name}=${value}`,
  ]);

  return (...args) =>
    new Promise((resolve, reject) => {
      const child = spawn('git', [...settings, ...args], { env, stdio: ['ignore', 'pipe', 'pipe'] });
      const stdout: Buffer[] = [];
      const stderr: Buffer[] = [];
      child.stdout.on('data', (chunk: Buffer) => stdout.push(chunk));
      child.stderr.on('data', (chunk: Buffer) => stderr.push(chunk));
      child.once('error', (error) => reject(new RunnerFailure(`git cannot be started: ${error.message}`)));
      child.once('close', (code) =>
        resolve({ code: code ?? 1, stdout: Buffer.concat(stdout), stderr: Buffer.concat(stderr).toString('utf8') }),
      );
    });
}

/** The output of a git command that has no reason to fail. */
export async function gitOutput(git: Git, ...args: string[]): Promise<Buffer> {
  const result = await git(...args);
  if (result.code === 0) return result.stdout;
  throw new RunnerFailure(`git ${args[0]} failed: ${result.stderr.trim() || `exit code ${result.code}`}`);
}
