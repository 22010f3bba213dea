import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';

interface Answer {
  readonly status: number;
  readonly headers?: Record<string, string>;
  readonly body?: string | Uint8Array;
}

/**
 * As much of S3 and Lambda as the kit uses, over HTTP: objects by path, `If-None-Match: *`, and a function that keeps what
 * it is invoked with. `onInvoke` may answer in the function's place.
 */
export async function fakeAws(onInvoke?: (payload: unknown) => Answer | undefined) {
  const objects = new Map<string, Uint8Array>();
  const invocations: unknown[] = [];

  const answer = (method: string, path: string, headers: IncomingMessage['headers'], body: Buffer): Answer => {
    if (path === '/2015-03-31/functions/post-mark/invocations') {
      const payload: unknown = JSON.parse(body.toString('utf8'));
      invocations.push(payload);
      return onInvoke?.(payload) ?? { status: 200, body: '{}' };
    }
    const found = objects.get(path);
    if (method === 'GET') {
      if (found) return { status: 200, body: found };
      return { status: 404, body: '<Error><Code>NoSuchKey</Code><Message>gone</Message></Error>' };
    }
    if (headers['if-none-match'] === '*' && found) {
      return { status: 412, body: '<Error><Code>PreconditionFailed</Code><Message>there</Message></Error>' };
    }
    objects.set(path, body);
    return { status: 200, headers: { etag: '"x"' } };
  };

  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const path = decodeURIComponent(new URL(request.url ?? '/', 'http://local').pathname);
      const { status, headers, body } = answer(request.method ?? '', path, request.headers, Buffer.concat(chunks));
      response.writeHead(status, headers).end(body);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { endpoint, objects, invocations };
}

/** What an SDK client needs to talk to it. */
export const fakeCredentials = { accessKeyId: 'local', secretAccessKey: 'local' };
