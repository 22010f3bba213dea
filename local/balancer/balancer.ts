import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { HostClock } from '../clock.ts';
import { ServiceFault } from '../gateway/wire.ts';
import { functionUrlAnswer, type HttpAnswer } from './function-url-answer.ts';
import { functionUrlEvent } from './function-url-event.ts';
import { listen } from './listen.ts';
import { problem } from './problem.ts';
import { readLimited } from './read-limited.ts';
import { createTaskServer, type LoadBalancerRules } from './serve-tasks.ts';
import { createTrafficStats, type VersionTraffic } from './traffic-stats.ts';

/** The alias that a host name stands for. */
export interface BalancerTarget {
  readonly functionName: string;
  readonly qualifier: string;
}

/** The part of the Lambda service that the balancer needs. */
interface Invoker {
  invoke(invocation: {
    readonly functionName: string;
    readonly qualifier: string;
    readonly payload: Uint8Array;
    readonly random: () => number;
    readonly requestId: string;
  }): Promise<{ readonly executedVersion: string; readonly failed: boolean; readonly payload: Buffer }>;
}

export interface BalancerOptions {
  readonly clock: HostClock;
  /** Picks the version of each request; from 0 up to, not including, 1. */
  readonly random: () => number;
  readonly lambda: Invoker;
  /** The rules of the load balancers, for hosts that are no alias's; without them there are aliases only. */
  readonly rules?: LoadBalancerRules;
  /** @param host lower case, without the port */
  readonly resolve: (host: string) => BalancerTarget | undefined;
  /** The host names that there are, for the answer to one that there is not. */
  readonly knownHosts: () => readonly string[];
}

export interface Balancer {
  /**
   * Starts to serve and answers the port.
   * @throws PortTaken
   */
  listen(port: number, host?: string): Promise<number>;
  /** What each version answered since `sinceMs` (milliseconds since the epoch, rounded down to the second). */
  stats(functionName: string, alias: string, sinceMs: number): VersionTraffic[];
  /** The same of the tasks behind a host; their versions are task definitions, `<family>:<revision>`. */
  taskStats(host: string, sinceMs: number): VersionTraffic[];
  /** Forgets all counts. */
  reset(): void;
  /** Takes no new connections; resolves when the requests under way are answered. */
  close(): Promise<void>;
}

const BODY_LIMIT_BYTES = 6 * 1024 * 1024;

export function createBalancer(options: BalancerOptions): Balancer {
  const { clock, random, lambda, rules, resolve, knownHosts } = options;
  const stats = createTrafficStats(clock);
  let closing = false;
  const tasks = rules && createTaskServer({ rules, stats, random, closing: () => closing });

  const forward = async (request: IncomingMessage, target: BalancerTarget): Promise<HttpAnswer> => {
    const body = await readLimited(request, BODY_LIMIT_BYTES);
    if (!body) return problem(413, 'The request body is over 6 MB.', { connection: 'close' });
    const requestId = randomUUID();
    const event = functionUrlEvent({ request, body, requestId, nowMs: clock.now() });
    const startedMs = performance.now();
    const { executedVersion, failed, payload } = await lambda.invoke({
      ...target,
      random,
      requestId,
      payload: Buffer.from(JSON.stringify(event)),
    });
    const answer = (failed ? undefined : functionUrlAnswer(payload)) ?? badGateway(target, requestId);
    stats.record({
      of: `${target.functionName}:${target.qualifier}`,
      version: executedVersion,
      failed: answer.status >= 500,
      latencyMs: performance.now() - startedMs,
    });
    return {
      ...answer,
      headers: { ...answer.headers, 'x-amzn-requestid': requestId, 'x-amz-executed-version': executedVersion },
    };
  };

  /** Undefined when the answer is on its way already. */
  const answerFor = async (request: IncomingMessage, response: ServerResponse): Promise<HttpAnswer | undefined> => {
    const host = (request.headers.host ?? '').toLowerCase().replace(/:\d+$/, '');
    const target = resolve(host);
    const action = target ? undefined : rules?.route(host);
    if (!target && !action) return unknownHost(host, [...knownHosts(), ...(rules?.hosts() ?? [])].sort());
    try {
      if (action) return await tasks?.serve(host, action, request, response);
      return target && (await forward(request, target));
    } catch (error) {
      return request.errored ? problem(400, 'The request was cut off.') : refusal(error, host);
    }
  };

  const server = createServer((request, response) => {
    void answerFor(request, response).then((answer) => answer && send(request, response, answer, closing));
  });
  // Longer than clients keep a connection, so that none is closed in the moment its next request is sent.
  server.keepAliveTimeout = 75_000;

  return {
    listen: (port, host) => listen(server, port, host),
    stats: (functionName, alias, sinceMs) => stats.since(`${functionName}:${alias}`, sinceMs),
    taskStats: (host, sinceMs) => stats.since(host, sinceMs),
    reset: () => stats.reset(),
    close() {
      closing = true;
      return new Promise((resolve) =>
        server.close(() => {
          tasks?.close();
          resolve();
        }),
      );
    },
  };
}

const WITHOUT_BODY = new Set([204, 304]);

function send(request: IncomingMessage, response: ServerResponse, answer: HttpAnswer, closing: boolean): void {
  try {
    if (closing) response.setHeader('connection', 'close');
    const framing = WITHOUT_BODY.has(answer.status) ? {} : { 'content-length': answer.body.byteLength };
    response.writeHead(answer.status, { ...answer.headers, ...framing });
  } catch {
    // A header of the function's that HTTP cannot carry.
    const { status, headers, body } = problem(502, 'The function answered with a header that HTTP does not allow.');
    response.writeHead(status, { ...headers, 'content-length': body.byteLength }).end(body);
    return;
  }
  response.end(request.method === 'HEAD' || WITHOUT_BODY.has(answer.status) ? undefined : answer.body);
}

function badGateway(target: BalancerTarget, requestId: string): HttpAnswer {
  return problem(502, `${target.functionName} failed; its log says why, under request id ${requestId}.`);
}

function unknownHost(host: string, known: readonly string[]): HttpAnswer {
  const list = known.length > 0 ? `Known hosts: ${known.join(', ')}.` : 'No service has a host yet.';
  return problem(404, `No service answers at "${host}". ${list}`);
}

function refusal(error: unknown, host: string): HttpAnswer {
  if (error instanceof ServiceFault) {
    if (error.code === 'ResourceNotFoundException') {
      return problem(503, `No code is deployed at "${host}" yet.`, { 'retry-after': '5' });
    }
    if (error.status < 500) return problem(error.status, error.message);
  }
  console.error('local balancer:', error);
  return problem(500, 'The local balancer failed; the console of the host says why.');
}
