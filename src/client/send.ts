import type { ApiContract } from '#schemas/api/contract.ts';
import type { Answer, CallInput, CallOptions } from './call-input.ts';
import type { Connection } from './connection.ts';
import { orUnreachable } from './or-unreachable.ts';
import { readAnswer } from './read-answer.ts';
import { retryDelayMs } from './retry-delay.ts';

/**
 * Calls an operation. A reading one is tried again while the service is busy or out of reach; one that changes
 * something is sent once, because what became of a lost request is not known.
 *
 * @throws ApiProblem, Unreachable, UnexpectedAnswer, or the reason of the signal
 */
export async function send<C extends ApiContract>(
  connection: Connection,
  contract: C,
  input: CallInput<C> | undefined,
  options: CallOptions = {},
): Promise<Answer<C>> {
  const sections: Sections = input ?? {};
  const url = urlOf(connection.baseUrl, contract, sections);
  for (let attempt = 1; ; attempt++) {
    try {
      return await sendOnce(connection, contract, url, sections, options);
    } catch (error) {
      const delayMs = contract.method === 'GET' ? retryDelayMs(error, attempt) : undefined;
      if (delayMs === undefined) throw error;
      await connection.pause(delayMs, options.signal);
      options.signal?.throwIfAborted();
    }
  }
}

/** A `CallInput` as far as sending it is concerned; its types have done their work by then. */
interface Sections {
  readonly params?: object;
  readonly query?: object;
  readonly body?: unknown;
}

async function sendOnce<C extends ApiContract>(
  connection: Connection,
  contract: C,
  url: string,
  { body }: Sections,
  { signal, idempotencyKey }: CallOptions,
): Promise<Answer<C>> {
  const headers: Record<string, string> = {
    accept: 'application/json',
    ...(contract.permission !== 'public' && { authorization: `Bearer ${await connection.token()}` }),
    ...(contract.body !== 'none' && { 'content-type': contract.body === 'raw' ? 'text/plain' : 'application/json' }),
    ...(idempotencyKey !== undefined && { 'idempotency-key': idempotencyKey }),
  };
  const inTime = AbortSignal.timeout(connection.timeoutMs);
  const gone = signal ? AbortSignal.any([signal, inTime]) : inTime;
  const init: RequestInit = {
    method: contract.method,
    headers,
    signal: gone,
    ...(contract.body !== 'none' && { body: contract.body === 'raw' ? String(body) : JSON.stringify(body) }),
  };
  const { response, text } = await orUnreachable(url, gone, async () => {
    const response = await connection.fetch(url, init);
    return { response, text: await response.text() };
  });
  return { status: response.status, body: readAnswer(url, response, text, contract as Pick<C, 'statuses' | 'answer'>) };
}

/** The address of a call; what is undefined in the query is left out. */
export function urlOf(baseUrl: string, contract: Pick<ApiContract, 'path'>, { params, query }: Sections): string {
  const values = new Map(Object.entries(params ?? {}));
  const path = contract.path.replaceAll(/\{(\w+)\}/g, (_, name: string) =>
    encodeURIComponent(String(values.get(name))),
  );
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query ?? {})) if (value !== undefined) search.set(name, String(value));
  return `${baseUrl}${path}${search.size > 0 ? `?${search.toString()}` : ''}`;
}
