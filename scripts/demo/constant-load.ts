import { Agent, request } from 'node:http';

/** What came of the requests so far. */
export interface LoadResult {
  readonly sent: number;
  /** One line for each request that did not get a good answer. */
  readonly failed: readonly string[];
  /** Good answers by the commit that the service says it is. */
  readonly byCommit: Readonly<Record<string, number>>;
}

export interface Load {
  /** Requests that are under way are waited for. */
  stop(): Promise<LoadResult>;
  result(): LoadResult;
}

export interface LoadOptions {
  readonly port: number;
  /** Goes into the `Host` header. */
  readonly host: string;
  readonly requestsPerSecond: number;
  readonly path?: string;
}

/** Sends requests at a constant rate, whatever becomes of the ones before, over connections that are kept. */
export function constantLoad({ port, host, requestsPerSecond, path = '/' }: LoadOptions): Load {
  const agent = new Agent({ keepAlive: true, maxSockets: 64 });
  const failed: string[] = [];
  const byCommit: Record<string, number> = {};
  const underWay = new Set<Promise<void>>();
  const startedMs = performance.now();
  let sent = 0;

  const ask = async (): Promise<void> => {
    try {
      const { status, body } = await get(agent, port, host, path);
      if (status !== 200) failed.push(`${status} ${body.slice(0, 200)}`);
      else {
        const commit = /"commit":\s*"(\w+)"/.exec(body)?.[1] ?? 'unknown';
        byCommit[commit] = (byCommit[commit] ?? 0) + 1;
      }
    } catch (error) {
      failed.push(String(error));
    }
  };
  // The clock says how many are due: a busy machine delays requests and drops none.
  const timer = setInterval(() => {
    const due = Math.floor(((performance.now() - startedMs) / 1000) * requestsPerSecond);
    for (; sent < due; sent++) {
      const one: Promise<void> = ask().finally(() => underWay.delete(one));
      underWay.add(one);
    }
  }, 5);

  const result = (): LoadResult => ({ sent, failed: [...failed], byCommit: { ...byCommit } });
  return {
    result,
    async stop() {
      clearInterval(timer);
      await Promise.all(underWay);
      agent.destroy();
      return result();
    },
  };
}

function get(agent: Agent, port: number, host: string, path: string): Promise<{ status: number; body: string }> {
  return new Promise((resolve, reject) => {
    const call = request({ agent, host: '127.0.0.1', port, path, headers: { host }, timeout: 30_000 }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, body: Buffer.concat(chunks).toString('utf8') }),
      );
    });
    call.on('timeout', () => call.destroy(new Error('no answer in 30 s')));
    call.on('error', reject);
    call.end();
  });
}
