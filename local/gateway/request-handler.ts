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

interface CallOptions {
  readonly abortSignal?: unknown;
}

/**
 * A `requestHandler` for SDK clients that goes straight into the gateway: no socket, so a virtual clock works.
 * Use it as `new SFNClient({ requestHandler: inProcess(gateway), … })`.
 */
export function inProcess(gateway: Gateway) {
  return {
    metadata: { handlerProtocol: 'in-process' },
    async handle(request: SdkRequest, options: CallOptions = {}) {
      const signal = options.abortSignal instanceof AbortSignal ? options.abortSignal : undefined;
      const answer = await orAborted(signal, async () =>
        gateway.handle({
          method: request.method,
          path: request.path,
          query: searchParams(request.query ?? {}),
          headers: Object.fromEntries(
            Object.entries(request.headers).map(([name, value]) => [name.toLowerCase(), value]),
          ),
          body: await bytes(request.body),
        }),
      );
      return {
        response: {
          statusCode: answer.status,
          headers: { 'content-length': String(answer.body.byteLength), ...answer.headers },
          // An empty stream for an empty body: a chunk of no bytes would count as one.
          body: Readable.from(answer.body.byteLength > 0 ? [Buffer.from(answer.body)] : []),
        },
      };
    },
    updateHttpClientConfig: () => undefined,
    httpHandlerConfigs: () => ({}),
    destroy: () => undefined,
  };
}

/** As on a socket, an aborted caller hears so at once; what the service already began runs to its end. */
async function orAborted<T>(signal: AbortSignal | undefined, work: () => Promise<T>): Promise<T> {
  if (!signal) return work();
  const aborted = (): Error => Object.assign(new Error('Request aborted'), { name: 'AbortError' });
  if (signal.aborted) throw aborted();
  const gone = Promise.withResolvers<never>();
  const onAbort = (): void => gone.reject(aborted());
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    return await Promise.race([work(), gone.promise]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
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
  if (body instanceof Uint8Array) return plain(body);
  const chunks: Uint8Array[] = [];
  for await (const chunk of body as AsyncIterable<Uint8Array | string>) {
    chunks.push(typeof chunk === 'string' ? Buffer.from(chunk) : plain(chunk));
  }
  return Buffer.concat(chunks);
}

/**
 * The same memory as a plain array. The SDK's JSON body is a subclass of Uint8Array whose `valueOf` makes a string and
 * warns about it, and `Buffer.from(object)` asks every object for its `valueOf`.
 */
function plain(body: Uint8Array): Uint8Array {
  return Buffer.from(body.buffer, body.byteOffset, body.byteLength);
}
