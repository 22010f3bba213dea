import type * as z from 'zod';
import type { ApiContract } from '#schemas/api/contract.ts';
import { problem, type Problem } from '#schemas/api/problem.ts';

interface RequestOptions {
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

interface CallInput<C extends ApiContract> {
  readonly params?: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, string | number>>;
  readonly body?: C['body'] extends z.ZodType ? z.input<C['body']> : string;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface Answer<Body> {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Body;
}

/** The API over real HTTP, as one caller. */
export interface ApiClient {
  readonly url: string;
  /** Whatever bytes on whatever path; the body as text. */
  request(method: string, path: string, options?: RequestOptions): Promise<Answer<string>>;
  /** @throws Error unless the answer is a success that fits the contract */
  call<C extends ApiContract>(contract: C, input?: CallInput<C>): Promise<Answer<z.output<C['answer']>>>;
  /** @throws Error unless the answer is a problem in its own media type */
  refused(method: string, path: string, options?: RequestOptions): Promise<Answer<Problem>>;
  /** The same API with another token, or with none. */
  as(token: string | undefined): ApiClient;
}

export function apiClient(url: string, token: string | undefined): ApiClient {
  const client: ApiClient = {
    url,
    as: (other) => apiClient(url, other),
    async request(method, path, { headers = {}, body } = {}) {
      const response = await fetch(`${url}${path}`, {
        method,
        headers: { ...(token !== undefined && { authorization: `Bearer ${token}` }), ...headers },
        ...(body !== undefined && { body }),
      });
      return { status: response.status, headers: response.headers, body: await response.text() };
    },
    async call<C extends ApiContract>(contract: C, input: CallInput<C> = {}) {
      const answer = await client.request(contract.method, pathOf(contract, input), {
        headers: { 'content-type': 'application/json', ...input.headers },
        ...(input.body !== undefined && {
          body: typeof input.body === 'string' ? input.body : JSON.stringify(input.body),
        }),
      });
      if (!contract.statuses.includes(answer.status)) {
        throw new Error(`${contract.operation} answered ${answer.status}: ${answer.body}`);
      }
      return { ...answer, body: contract.answer.parse(JSON.parse(answer.body)) as z.output<C['answer']> };
    },
    async refused(method, path, options) {
      const answer = await client.request(method, path, options);
      const type = answer.headers.get('content-type');
      if (type !== 'application/problem+json')
        throw new Error(`${answer.status} ${type} is no problem: ${answer.body}`);
      return { ...answer, body: problem.parse(JSON.parse(answer.body)) };
    },
  };
  return client;
}

function pathOf({ path }: ApiContract, { params = {}, query = {} }: CallInput<ApiContract>): string {
  const filled = path.replaceAll(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(params[name] ?? ''));
  const pairs = Object.entries(query).map(([name, value]): [string, string] => [name, String(value)]);
  return pairs.length === 0 ? filled : `${filled}?${new URLSearchParams(pairs).toString()}`;
}
