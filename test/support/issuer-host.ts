import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { answerIdentity } from '#local/api/answer-identity.ts';
import { openIssuer } from '#local/api/issuer.ts';

export interface IssuerHost extends AsyncDisposable {
  readonly address: string;
  readonly usersFile: string;
  readonly clientSecret: string;
  /** Each request, as method and path. */
  readonly requests: readonly string[];
  /** Moves the issuer's clock. */
  pass(milliseconds: number): void;
  /** Replaces the file of users, or changes what is in it. */
  write(content: string): Promise<void>;
  edit(
    change: (content: { users: Record<string, object>; clients: Record<string, { secret: string }> }) => void,
  ): Promise<void>;
}

/** The local issuer on a socket of its own. */
export async function openIssuerHost(): Promise<IssuerHost> {
  const directory = await mkdtemp(join(tmpdir(), 'issuer-'));
  const usersFile = join(directory, 'users.json');
  const store = new DatabaseSync(':memory:');
  const requests: string[] = [];
  let offsetMs = 0;
  let address = '';
  const issuer = await openIssuer({
    directory,
    store,
    nowMs: () => Date.now() + offsetMs,
    audience: 'deployment-service',
    address: () => address,
  });
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', address);
    requests.push(`${request.method} ${url.pathname}`);
    answerIdentity(issuer, request, url, response, async (body) => Buffer.concat(await Array.fromAsync<Buffer>(body)))
      .then((known) => known || response.writeHead(404).end())
      .catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const write = (content: string): Promise<void> => writeFile(usersFile, content);
  return {
    address,
    usersFile,
    clientSecret: issuer.clientSecret,
    requests,
    pass: (milliseconds) => void (offsetMs += milliseconds),
    write,
    async edit(change) {
      const content = JSON.parse(await readFile(usersFile, 'utf8')) as Parameters<typeof change>[0];
      change(content);
      await write(JSON.stringify(content));
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      store.close();
      await rm(directory, { recursive: true, force: true });
    },
  };
}
