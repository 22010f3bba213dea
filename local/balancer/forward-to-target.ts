import { request as send, type ClientRequest, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Lease } from '../services/elbv2/targets.ts';
import { problem } from './problem.ts';
import type { HttpAnswer } from './function-url-answer.ts';
import type { TargetConnections } from './target-connections.ts';

/** How a request that was handed to a target ended, when nothing of an answer has reached the client yet. */
export type Forwarded =
  | { readonly kind: 'answered'; readonly status: number }
  /** Nothing was sent: another target may have it. */
  | { readonly kind: 'unsent' }
  | { readonly kind: 'refused'; readonly answer: HttpAnswer };

/** A load balancer's idle time-out. */
const IDLE_MS = 60_000;

// Of one connection, not of the message that passes through.
const HOP_BY_HOP = new Set([
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

/**
 * Sends a request to a target and its answer to the client, both as they come. The request's body is not touched before
 * there is a connection, so that a target that cannot be reached costs nothing.
 */
export function forwardToTarget(options: {
  readonly incoming: IncomingMessage;
  readonly response: ServerResponse;
  readonly target: Lease;
  readonly connections: TargetConnections;
  /** Headers of the balancer's own in the answer. */
  readonly answerHeaders: () => Readonly<Record<string, string>>;
}): Promise<Forwarded> {
  const { incoming, response, target, connections, answerHeaders } = options;
  const { promise, resolve } = Promise.withResolvers<Forwarded>();
  let sending = false;
  const outgoing = send({
    host: target.id,
    port: target.port,
    method: incoming.method ?? 'GET',
    path: incoming.url ?? '/',
    headers: requestHeaders(incoming),
    agent: connections.of(target),
    timeout: IDLE_MS,
  });
  const refused = (status: number, detail: string): void =>
    resolve({ kind: 'refused', answer: problem(status, detail) });
  const clientGone = (): void => {
    if (!response.writableFinished) outgoing.destroy();
  };
  response.once('close', clientGone);

  whenConnected(outgoing, () => {
    sending = true;
    incoming.pipe(outgoing);
  });
  outgoing.on('timeout', () => {
    refused(504, 'The task did not answer within 60 seconds.');
    outgoing.destroy();
  });
  outgoing.on('error', () => {
    if (!sending) resolve({ kind: 'unsent' });
    else refused(502, 'The task closed the connection before it had answered.');
  });
  outgoing.on('response', (answer) => {
    const status = answer.statusCode ?? 502;
    try {
      response.writeHead(status, answer.statusMessage, [
        ...answerHeadersOf(answer),
        ...Object.entries(answerHeaders()).flat(),
      ]);
    } catch {
      refused(502, 'The task answered with a header that HTTP does not allow.');
      outgoing.destroy();
      return;
    }
    answer.pipe(response);
    answer.on('end', () => resolve({ kind: 'answered', status }));
    answer.on('error', () => {
      // Half an answer must not look like a whole one.
      response.destroy();
      resolve({ kind: 'answered', status: 502 });
    });
    response.once('close', () => resolve({ kind: 'answered', status }));
  });
  return promise.finally(() => response.off('close', clientGone));
}

function whenConnected(outgoing: ClientRequest, go: () => void): void {
  outgoing.once('socket', (socket) => {
    if (socket.connecting) socket.once('connect', go);
    else go();
  });
}

function requestHeaders(incoming: IncomingMessage): Record<string, string | string[]> {
  const listed = connectionOptions(incoming);
  const headers: Record<string, string | string[]> = {};
  for (const [name, values = []] of Object.entries(incoming.headersDistinct)) {
    if (!HOP_BY_HOP.has(name) && !listed.has(name)) headers[name] = values.length === 1 ? (values[0] ?? '') : values;
  }
  const from = incoming.socket.remoteAddress ?? '127.0.0.1';
  const before = incoming.headers['x-forwarded-for'];
  headers['x-forwarded-for'] = before === undefined ? from : `${String(before)}, ${from}`;
  headers['x-forwarded-proto'] = 'http';
  headers['x-forwarded-port'] = String(incoming.socket.localPort ?? 80);
  // A body of unknown length goes on in chunks, as it came.
  if (incoming.headers['transfer-encoding'] !== undefined) headers['transfer-encoding'] = 'chunked';
  return headers;
}

/** Names and values in turn, in the order and spelling of the answer, repeated headers too. */
function answerHeadersOf(answer: IncomingMessage): string[] {
  const listed = connectionOptions(answer);
  return answer.rawHeaders.flatMap((name, index, all) => {
    const lower = name.toLowerCase();
    if (index % 2 === 1 || HOP_BY_HOP.has(lower) || listed.has(lower)) return [];
    return [name, all[index + 1] ?? ''];
  });
}

function connectionOptions(message: IncomingMessage): ReadonlySet<string> {
  return new Set((message.headers.connection ?? '').toLowerCase().split(/\s*,\s*/));
}
