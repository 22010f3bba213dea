import { subscribe } from 'node:diagnostics_channel';
import type { ClientRequest, IncomingMessage } from 'node:http';
import { functionNameOf, functionCatalog } from '#functions/catalog.ts';
import type { Gateway } from '#local/gateway/gateway.ts';
import type { WireRequest } from '#local/gateway/wire.ts';
import type { ObservedCall } from './observed-call.ts';

type What =
  | { readonly kind: 'table-write'; readonly operation: string; readonly entities: readonly string[] }
  | { readonly kind: 'mark' }
  | { readonly kind: 'target' };

const writing = /^DynamoDB_\d+\.(PutItem|UpdateItem|DeleteItem|BatchWriteItem|TransactWriteItems)$/;
const ours = new Set(functionCatalog.map((row) => functionNameOf(row)));
const healthCheckAgent = 'deployment-service-health-check';

/** Stands in front of the endpoint and beside the HTTP client of this process, and notes what a deployment asks for. */
export function observeCalls() {
  let calls: ObservedCall[] = [];
  const now = (): number => performance.timeOrigin + performance.now();

  const probes = new WeakMap<ClientRequest, number>();
  subscribe('http.client.request.start', (message) => {
    const { request } = message as { request: ClientRequest };
    if (request.getHeader('user-agent') === healthCheckAgent) probes.set(request, now());
  });
  subscribe('http.client.response.finish', (message) => {
    const { request } = message as { request: ClientRequest; response: IncomingMessage };
    const fromMs = probes.get(request);
    if (fromMs !== undefined) calls.push({ kind: 'probe', fromMs, toMs: now() });
  });

  return {
    watch: (gateway: Gateway): Gateway => ({
      async handle(request) {
        const what = whatIs(request);
        const fromMs = now();
        try {
          return await gateway.handle(request);
        } finally {
          if (what) calls.push({ ...what, fromMs, toMs: now() });
        }
      },
    }),
    /** What was seen since the last time. */
    take(): readonly ObservedCall[] {
      const taken = calls;
      calls = [];
      return taken;
    },
  };
}

function whatIs({ path, headers, body }: WireRequest): What | undefined {
  const operation = writing.exec(headers['x-amz-target'] ?? '')?.[1];
  if (operation !== undefined) return { kind: 'table-write', operation, entities: entitiesIn(body) };
  const name = /^\/20\d\d-\d\d-\d\d\/functions\/([^/]+)/.exec(path)?.[1];
  if (name === undefined) return undefined;
  if (!ours.has(decodeURIComponent(name))) return { kind: 'target' };
  return name.endsWith('record-stage-mark') ? { kind: 'mark' } : undefined;
}

/** The first word of each partition key that a request writes to: `DEP`, `OUT`, `LOG`. */
function entitiesIn(body: Uint8Array): readonly string[] {
  const text = Buffer.from(body).toString('utf8');
  return [...new Set([...text.matchAll(/"pk":\{"S":"([A-Z0-9]+)#/g)].map(([, entity = '']) => entity))].sort();
}
