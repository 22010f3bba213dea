import { spawn, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { apiClient, type ApiClient } from './api-client.ts';
import { tokenFrom } from './e2e-host.ts';

export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** The host as `npm start` runs it: a process of its own, that can be killed. */
export interface HostProcess {
  readonly pid: number;
  readonly api: ApiClient;
  readonly token: string;
  readonly servicesPort: number;
  /** Sends a signal and waits for the end. */
  end(signal: NodeJS.Signals): Promise<Exit>;
}

const main = fileURLToPath(new URL('../../local/main.ts', import.meta.url));
const freePorts = ['--port', '0', '--aws-port', '0', '--services-port', '0'];

/** Starts the host in `directory` on free ports and waits until it says that it is up. */
export async function startHostProcess(directory: string): Promise<HostProcess> {
  const child = run([...freePorts, '--directory', directory]);
  const exit = exitOf(child);
  const banner = await Promise.race([
    untilSaid(child, 'Ctrl-C to stop'),
    exit.then(({ stderr }) => Promise.reject(new Error(`The host ended: ${stderr}`))),
  ]);
  const found = /API +(http:\S+)\/v1[\s\S]*localhost:(\d+)/.exec(banner);
  if (found?.[1] === undefined || child.pid === undefined) throw new Error(`What does the banner say? ${banner}`);
  const token = await tokenFrom(join(directory, 'credentials.json'));
  return {
    pid: child.pid,
    api: apiClient(found[1], token),
    token,
    servicesPort: Number(found[2]),
    end(signal) {
      child.kill(signal);
      return exit;
    },
  };
}

/**
 * Runs the host until it ends. What is not among the arguments stands on a free port.
 *
 * @param stopAt words at which it is told to stop; without them it ends by itself
 */
export async function runHost(args: readonly string[], stopAt?: string): Promise<Exit> {
  const child = run([...freePorts, ...args]);
  const exit = exitOf(child);
  if (stopAt !== undefined) void untilSaid(child, stopAt).then(() => child.kill('SIGTERM'));
  return exit;
}

function run(args: readonly string[]): ChildProcess {
  const environment = { ...process.env, POWERTOOLS_LOG_LEVEL: 'SILENT' };
  const child = spawn(process.execPath, [main, ...args], { env: environment, stdio: ['ignore', 'pipe', 'pipe'] });
  // A test that fails half-way leaves no host behind.
  const kill = (): boolean => child.kill('SIGKILL');
  process.once('exit', kill);
  child.once('close', () => process.off('exit', kill));
  return child;
}

function exitOf(child: ChildProcess): Promise<Exit> {
  let stdout = '';
  let stderr = '';
  child.stdout?.on('data', (text: Buffer) => (stdout += text.toString('utf8')));
  child.stderr?.on('data', (text: Buffer) => (stderr += text.toString('utf8')));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => resolve({ code, signal, stdout, stderr }));
  });
}

function untilSaid(child: ChildProcess, words: string): Promise<string> {
  return new Promise((resolve) => {
    let said = '';
    child.stdout?.on('data', (text: Buffer) => {
      said += text.toString('utf8');
      if (said.includes(words)) resolve(said);
    });
  });
}
