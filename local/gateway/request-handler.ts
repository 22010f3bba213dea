import { Readable } from 'node:stream';
import type { Gateway } from './gateway.ts';

/** What an SDK client hands to its `requestHandler`, as far as the gateway looks at it. */
interface SdkRequest {
  readonly method: string;
  readonly path: string;
  readonly query?: Readonly<Record<string, string | string[] | null>>;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

/**
 * A `requestHandler` for SDK clients that goes straight into the gateway: no socket, so a virtual clock works.
 * Use it as `new SFNClient({ requestHandler: inProcess(gateway), … })`.
 */
export function inProcess(gateway: Gateway) {
  return {
    metadata: { handlerProtocol: 'in-process' },
    async handle(request: SdkRequest) {
      const answer = await gateway.handle({
        method: request.method,
        path: request.path,
        query: searchParams(request.query ?? {}),
        headers: Object.fromEntries(
          Object.entries(request.headers).map(([name, value]) => [name.toLowerCase(), value]),
        ),
        body: await bytes(request.body),
      });
      return {
        response: {
          statusCode: answer.status,
          headers: { ...answer.headers },
          body: Readable.from([Buffer.from(answer.body)]),
        },
      };
    },
    updateHttpClientConfig: () => undefined,
    httpHandlerConfigs: () => ({}),
    destroy: () => undefined,
  };
}

function searchParams(query: Readonly<Record<string, string | string[] | null>>): URLSearchParams {
  const result = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    for (const each of Array.isArray(value) ? value : [value ?? '']) result.append(name, each);
  }
  return result;
}

async function bytes(body: unknown): Promise<Uint8Array> {
  if (body === undefined || body === null) return new Uint8Array();
  if (typeof body === 'string') return Buffer.from(body);
  if (body instanceof Uint8Array) return body;
  const chunks: Uint8Array[] = [];
  for await (const chunk of body as AsyncIterable<Uint8Array | string>) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks);
}
