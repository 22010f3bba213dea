import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Received {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: unknown;
}

export interface ReceiverAnswer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  /** Answers only after this. */
  readonly afterMs?: number;
}

/** A small HTTP server of a test: keeps what it gets as JSON, and answers as it is told. */
export async function openReceiver(answer: (request: Received) => ReceiverAnswer) {
  const received: Received[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const text = Buffer.concat(chunks).toString('utf8');
      const { method = '', url: path = '', headers } = request;
      const one: Received = { method, path, headers, body: text === '' ? undefined : (JSON.parse(text) as unknown) };
      received.push(one);
      const { status, headers: own = {}, body, afterMs = 0 } = answer(one);
      setTimeout(() => {
        response.writeHead(status, { 'content-type': 'application/json', ...own });
        response.end(body === undefined ? '' : JSON.stringify(body));
      }, afterMs);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    received,
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
