import type { Gateway } from '#local/gateway/gateway.ts';
import type { WireRequest } from '#local/gateway/wire.ts';

const writing = /\.(PutItem|UpdateItem|DeleteItem|BatchWriteItem|TransactWriteItems)$/;

/** A gateway with an eye on it: what is under way, and which requests went to the table. */
export function watchedGateway(gateway: Gateway) {
  const writes: string[] = [];
  const tableRequests: string[] = [];
  let underWay = 0;
  return {
    /** Each request that writes to a table, as its body. */
    writes: writes as readonly string[],
    /** Each request to the table, reading or writing, as the name of its operation. */
    tableRequests: tableRequests as readonly string[],
    gateway: {
      async handle(request: WireRequest) {
        const target = request.headers['x-amz-target'] ?? '';
        if (target.startsWith('DynamoDB_')) tableRequests.push(target.slice(target.indexOf('.') + 1));
        if (writing.test(target)) {
          writes.push(Buffer.from(request.body).toString('utf8'));
        }
        // A function may wait for the clock, so an invocation under way does not mean that anything moves.
        if (request.path.endsWith('/invocations')) return gateway.handle(request);
        underWay++;
        try {
          return await gateway.handle(request);
        } finally {
          underWay--;
        }
      },
    } satisfies Gateway,
    /** Resolves when nothing moves any more until time passes. */
    async quiet(): Promise<void> {
      for (let still = 0; still < quietTurns;) {
        await new Promise((resolve) => setImmediate(resolve));
        still = underWay > 0 || isReadingFiles() ? 0 : still + 1;
      }
    },
  };
}

/** Turns of the event loop in which nothing is under way; an SDK client takes a few between two requests. */
const quietTurns = 8;

function isReadingFiles(): boolean {
  return process.getActiveResourcesInfo().some((resource) => resource.startsWith('FSReq'));
}
