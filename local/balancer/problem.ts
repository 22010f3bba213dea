import { STATUS_CODES } from 'node:http';
import type { HttpAnswer } from './function-url-answer.ts';

/** An error of the balancer's own as an RFC 9457 problem. */
export function problem(status: number, detail: string, headers: Readonly<Record<string, string>> = {}): HttpAnswer {
  return {
    status,
    headers: { 'content-type': 'application/problem+json', ...headers },
    body: Buffer.from(JSON.stringify({ type: 'about:blank', title: STATUS_CODES[status], status, detail })),
  };
}
