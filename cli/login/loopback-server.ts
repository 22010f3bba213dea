import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

const path = '/signed-in';

export interface LoopbackServer extends AsyncDisposable {
  readonly redirectUri: string;
  /** The address that the browser comes back to. */
  readonly arrival: Promise<URL>;
}

/**
 * Where the browser brings the answer of the issuer (RFC 8252): a port of this machine that is open until then.
 *
 * @param state what our own request carried; whoever comes without it is not the browser we wait for
 */
export async function openLoopback(state: string): Promise<LoopbackServer> {
  const { promise: arrival, resolve: arrived } = Promise.withResolvers<URL>();
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', redirectUri);
    if (request.method !== 'GET' || url.pathname !== path || url.searchParams.get('state') !== state) {
      say(response, 404, 'There is nothing here.');
      return;
    }
    const failed = url.searchParams.has('error');
    say(
      response,
      200,
      failed ? 'That did not work; the terminal says why.' : 'You are signed in. This window can be closed.',
    );
    arrived(url);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  const redirectUri = `http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`;
  return {
    redirectUri,
    arrival,
    [Symbol.asyncDispose]: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        // The answer has been written; a browser would keep its connection for minutes.
        server.closeIdleConnections();
        setTimeout(() => server.closeAllConnections(), 200).unref();
      }),
  };
}

function say(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, {
    'content-type': 'text/html; charset=utf-8',
    'cache-control': 'no-store',
    'content-security-policy': "default-src 'none'",
    connection: 'close',
  });
  response.end(`<!doctype html><meta charset="utf-8"><title>dsctl</title><p>${text}</p>\n`);
}
