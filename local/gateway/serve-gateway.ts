import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { BODY_LIMIT_BYTES, type Gateway } from './gateway.ts';
import { PortTaken } from './port-taken.ts';
import type { WireRequest } from './wire.ts';

export interface ServedGateway {
  /** The port in use; the one the system chose when 0 was asked for. */
  readonly port: number;
  /** Takes no further connection and drops idle ones at once; an answer under way has two seconds to finish. */
  close(): Promise<void>;
}

/** An idle connection is kept this long, above the 60 s after which SDK agents drop theirs. */
const KEEP_ALIVE_MS = 65_000;

/** A long poll may be open for a minute: a host that stops does not wait for it. */
const CLOSE_GRACE_MS = 2_000;

/**
 * The gateway on a socket, for stock tools and other processes.
 *
 * @throws PortTaken when another process listens on the port
 */
export async function serveGateway(
  gateway: Gateway,
  options: { readonly port: number; readonly host: string },
): Promise<ServedGateway> {
  let closing = false;
  // Long polls hold a request open for a minute and more; the callers have time-outs of their own.
  const server = createServer({ keepAliveTimeout: KEEP_ALIVE_MS, requestTimeout: 0 }, (request, response) => {
    answer(gateway, request, response, () => closing).catch(() => response.destroy());
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) =>
      reject(error.code === 'EADDRINUSE' ? new PortTaken(options.port, error) : error),
    );
    server.listen(options.port, options.host, resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    close() {
      closing = true;
      const deadline = setTimeout(() => server.closeAllConnections(), CLOSE_GRACE_MS);
      return new Promise((resolve, reject) => {
        server.close((error) => {
          clearTimeout(deadline);
          if (error) reject(error);
          else resolve();
        });
        server.closeIdleConnections();
      });
    },
  };
}

async function answer(
  gateway: Gateway,
  incoming: IncomingMessage,
  response: ServerResponse,
  closing: () => boolean,
): Promise<void> {
  const body = await readBody(incoming);
  const { status, headers, body: content } = await gateway.handle(wireRequest(incoming, body));
  // The rest of a body that was cut off is still on its way: the connection cannot carry another request.
  if (!incoming.complete || closing()) response.setHeader('connection', 'close');
  response.writeHead(status, { 'content-length': String(content.byteLength), ...headers });
  response.end(incoming.method === 'HEAD' || status === 304 ? undefined : content);
}

/** Stops one byte past the limit, which is enough for the gateway to refuse it. */
async function readBody(incoming: IncomingMessage): Promise<Uint8Array> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of incoming.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    length += chunk.byteLength;
    if (length > BODY_LIMIT_BYTES) break;
  }
  return Buffer.concat(chunks);
}

function wireRequest(incoming: IncomingMessage, body: Uint8Array): WireRequest {
  const target = incoming.url ?? '/';
  const mark = target.indexOf('?');
  return {
    method: incoming.method ?? 'GET',
    path: mark < 0 ? target : target.slice(0, mark),
    query: new URLSearchParams(mark < 0 ? '' : target.slice(mark + 1)),
    headers: Object.fromEntries(
      Object.entries(incoming.headers).map(([name, value]) => [
        name,
        Array.isArray(value) ? value.join(', ') : (value ?? ''),
      ]),
    ),
    body,
  };
}
