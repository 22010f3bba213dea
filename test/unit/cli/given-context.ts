import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CliContext } from '../../../cli/context.ts';
import { paintWhen } from '../../../cli/render/paint.ts';
import type { OutputStream } from '../../../cli/terminal/output.ts';

export const nowMs = Date.UTC(2026, 0, 1, 12);

export type Route = (request: { readonly url: URL; readonly init: RequestInit }) => Response | Promise<Response>;

interface Given {
  readonly routes?: Readonly<Record<string, Route>>;
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  readonly isTerminal?: boolean;
  /** Called in every pause, with its number from 1 and its length. */
  readonly onPause?: (count: number, milliseconds: number) => void;
}

/** A context without a network, a clock or a terminal; routes are `GET /v1/…`. Time passes only in pauses. */
export function givenContext({ routes = {}, env = {}, cwd = '/nowhere', isTerminal = false, onPause }: Given = {}) {
  const text = { out: '', err: '' };
  const requests: string[] = [];
  const interrupts = new Set<() => void>();
  const ticks = new Set<() => void>();
  let now = nowMs;
  let pauses = 0;
  const stream = (name: 'out' | 'err'): OutputStream => ({
    write: (more) => void (text[name] += more),
    isTerminal,
    paint: paintWhen(isTerminal),
    size: () => ({ columns: 80, rows: 24 }),
  });
  const context: CliContext = {
    output: { out: stream('out'), err: stream('err') },
    env: { DEPLOYMENT_SERVICE_TOKEN: 'token', DEPLOYMENT_SERVICE_URL: 'http://api.test', ...env },
    cwd,
    async fetch(input, init = {}) {
      const url = new URL(input instanceof Request ? input.url : input);
      const name = `${init.method ?? 'GET'} ${url.pathname}`;
      requests.push(`${name}${url.search}`);
      const route = routes[name];
      if (!route) throw new TypeError(`no route ${name}`);
      return route({ url, init });
    },
    now: () => now,
    pause(milliseconds) {
      now += milliseconds;
      pauses += 1;
      onPause?.(pauses, milliseconds);
      return Promise.resolve();
    },
    every(_, action) {
      ticks.add(action);
      return () => ticks.delete(action);
    },
    onInterrupt(action) {
      interrupts.add(action);
      return () => interrupts.delete(action);
    },
  };
  return {
    context,
    text,
    requests,
    /** Ctrl-C. */
    interrupt: () => interrupts.forEach((action) => action()),
    tick: () => ticks.forEach((action) => action()),
    /** Handlers and timers that are still held. */
    held: () => interrupts.size + ticks.size,
  };
}

export function json(body: unknown, status = 200, type = 'application/json'): Response {
  return new Response(JSON.stringify(body), { status, headers: { 'content-type': type } });
}

export function problem(status: number, code: string, more: object = {}): Response {
  const body = { type: 't', title: 'Title', status, code, detail: `It is ${code}.`, requestId: 'req-1', ...more };
  return json(body, status, 'application/problem+json');
}

export async function givenDirectory() {
  const path = await mkdtemp(join(tmpdir(), 'dsctl-'));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}
