import { randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { listen } from '../../balancer/listen.ts';

/** One event on its way into an environment. */
export interface RuntimeEvent {
  readonly requestId: string;
  readonly payload: Uint8Array;
  /** Milliseconds since the epoch, by the wall clock that the process sees. */
  readonly deadlineMs: number;
  readonly invokedFunctionArn: string;
}

/** What the process of one environment says to its host. */
export interface RuntimeSession {
  /** The process waits; `deliver` hands it its next event. */
  next(deliver: (event: RuntimeEvent) => void): void;
  /** An answer to the event, or its error; false when no such event is under way. */
  settled(requestId: string, succeeded: boolean, payload: Buffer): boolean;
  initFailed(payload: Buffer): void;
}

export interface RuntimeApi {
  /** Must have resolved before the first session. */
  listening(): Promise<void>;
  /**
   * Opens a session. `address` is the value of AWS_LAMBDA_RUNTIME_API: it holds a secret path, so that one process
   * cannot take the events of another.
   */
  attach(session: RuntimeSession): { address: string; detach(): void };
  close(): Promise<void>;
}

const PATH =
  /^\/([0-9a-f]{32})\/2018-06-01\/runtime\/(?:(invocation\/next|init\/error)|invocation\/([^/]+)\/(response|error))$/;

/** The documented Lambda Runtime API on a loopback port. */
export function createRuntimeApi(): RuntimeApi {
  const sessions = new Map<string, RuntimeSession>();
  const server = createServer((request, response) => void handle(sessions, request, response));
  // A handler may run for longer than any idle time-out between its two calls on one connection.
  server.keepAliveTimeout = 0;
  let listening: Promise<number> | undefined;
  let port = 0;

  return {
    async listening() {
      listening ??= listen(server, 0);
      port = await listening;
    },
    attach(session) {
      const secret = randomBytes(16).toString('hex');
      sessions.set(secret, session);
      return { address: `127.0.0.1:${port}/${secret}`, detach: () => sessions.delete(secret) };
    },
    async close() {
      if (listening === undefined) return;
      await listening;
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function handle(
  sessions: ReadonlyMap<string, RuntimeSession>,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const [, secret = '', fixed, requestId, outcome] = PATH.exec(request.url ?? '') ?? [];
  const session = sessions.get(secret);
  if (!session) {
    answer(response, 403, { errorType: 'Forbidden', errorMessage: 'No such environment.' });
    return;
  }
  if (fixed === 'invocation/next') {
    session.next((event) => deliver(response, event));
    return;
  }

  let body: Buffer;
  try {
    body = await readBody(request);
  } catch {
    // The process died while it answered; its exit is what settles the event.
    response.destroy();
    return;
  }
  if (fixed === 'init/error') session.initFailed(body);
  else if (!session.settled(requestId ?? '', outcome === 'response', body)) {
    answer(response, 400, { errorType: 'InvalidRequestID', errorMessage: 'Invalid request ID' });
    return;
  }
  answer(response, 202, { status: 'OK' });
}

function deliver(response: ServerResponse, event: RuntimeEvent): void {
  response.writeHead(200, {
    'content-type': 'application/json',
    'content-length': event.payload.byteLength,
    'lambda-runtime-aws-request-id': event.requestId,
    'lambda-runtime-deadline-ms': String(event.deadlineMs),
    'lambda-runtime-invoked-function-arn': event.invokedFunctionArn,
  });
  response.end(event.payload);
}

function answer(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}
