import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Burst } from './burst.ts';
import type { Queued } from './queue.ts';

/** One measurement, as it is handed to a process of its own. */
export interface Part {
  readonly kind: 'burst' | 'queue';
  readonly size: number;
  readonly stepSeconds: number;
}

const main = fileURLToPath(new URL('./part-main.ts', import.meta.url));

/** Memory that one size has left behind, and code that it has warmed up, would count for the next one. */
export async function inOwnProcess(part: Part & { readonly kind: 'burst' }): Promise<Burst>;
export async function inOwnProcess(part: Part & { readonly kind: 'queue' }): Promise<Queued>;
export async function inOwnProcess(part: Part): Promise<unknown> {
  const child = fork(main, [JSON.stringify(part)], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
  const kill = (): boolean => child.kill('SIGKILL');
  process.once('exit', kill);
  try {
    return await new Promise((resolve, reject) => {
      child.once('message', resolve);
      child.once('error', reject);
      child.once('exit', (code) => reject(new Error(`${part.kind} of ${part.size} ended with ${code}.`)));
    });
  } finally {
    process.off('exit', kill);
  }
}
