import { createHmac, randomBytes, randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import * as z from 'zod';

const posted = z.object({
  state: z.string(),
  context: z.string(),
  description: z.string(),
  target_url: z.string().optional(),
});

/** A status of a commit, as it was received. */
export interface ReceivedStatus extends z.output<typeof posted> {
  readonly commit: string;
  readonly atMs: number;
}

/** As much of GitHub as the demo needs: it takes statuses of commits, and tells of pushes. */
export interface LocalGithub {
  readonly url: string;
  readonly token: string;
  readonly webhookSecret: string;
  /** In the order of their arrival. */
  statuses(): readonly ReceivedStatus[];
  /** Tells `address` of a push, signed. */
  deliver(address: string, payload: unknown): Promise<{ readonly status: number; readonly body: string }>;
  close(): Promise<void>;
}

export async function openLocalGithub(now: () => number): Promise<LocalGithub> {
  const [token, webhookSecret] = [randomBytes(16).toString('hex'), randomBytes(16).toString('hex')];
  const received: ReceivedStatus[] = [];
  const server = createServer((request, response) => {
    const commit = /^\/repos\/[^/]+\/[^/]+\/statuses\/([0-9a-f]{40})$/.exec(request.url ?? '')?.[1];
    const allowed = request.headers.authorization === `Bearer ${token}`;
    if (request.method !== 'POST' || commit === undefined || !allowed) {
      request.resume();
      response.writeHead(allowed ? 404 : 401).end();
      return;
    }
    json(request)
      .then((body) => {
        received.push({ ...posted.parse(body), commit, atMs: now() });
        response.writeHead(201, { 'content-type': 'application/json' }).end('{}');
      })
      .catch(() => response.writeHead(422).end());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    token,
    webhookSecret,
    statuses: () => received,
    async deliver(address, payload) {
      const body = JSON.stringify(payload);
      const signature = createHmac('sha256', webhookSecret).update(body).digest('hex');
      const answer = await fetch(address, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          'x-github-event': 'push',
          'x-github-delivery': randomUUID(),
          'x-hub-signature-256': `sha256=${signature}`,
        },
        body,
      });
      return { status: answer.status, body: await answer.text() };
    },
    async close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      await closed;
    },
  };
}
