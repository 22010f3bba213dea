import type * as z from 'zod';
import { problem as problemSchema } from '#schemas/api/problem.ts';
import { errorCode, type ErrorCode } from '#schemas/workflows/failure.ts';
import { ApiProblem } from './api-problem.ts';
import { retryAfterMs } from './retry-delay.ts';
import { UnexpectedAnswer } from './unexpected-answer.ts';

/** What stands in front of the service (API Gateway, its authorizer) refuses in words of its own; the status says enough. */
const codes: Readonly<Record<number, ErrorCode>> = {
  401: 'unauthenticated',
  403: 'permission_denied',
  404: 'not_found',
  429: 'rate_limited',
  503: 'unavailable',
  504: 'timeout',
};

/**
 * The parsed body of a successful answer.
 *
 * @throws ApiProblem when the service refused, UnexpectedAnswer when the body is not what the contract says
 */
export function readAnswer<Schema extends z.ZodType>(
  url: string,
  response: Response,
  text: string,
  expected: { readonly statuses: readonly number[]; readonly answer: Schema },
): z.output<Schema> {
  if (isProblem(response) || !expected.statuses.includes(response.status)) throw refusalOf(url, response, text);
  const parsed = expected.answer.safeParse(jsonOf(text));
  if (parsed.success) return parsed.data;
  const { path, message } = parsed.error.issues[0] ?? { path: [], message: 'it does not fit' };
  throw new UnexpectedAnswer(url, response.status, `/${path.join('/')} ${message}`, parsed.error);
}

/** The error that an answer other than success is. */
export function refusalOf(url: string, response: Response, text: string): ApiProblem | UnexpectedAnswer {
  const { status } = response;
  const code = codes[status];
  const waitMs = retryAfterMs(response.headers.get('retry-after'), Date.now());
  const schema = problemSchema.extend({ code: errorCode.catch(code ?? 'internal_error') });
  const parsed = isProblem(response) ? schema.safeParse(jsonOf(text)) : undefined;
  if (parsed?.success) return new ApiProblem(parsed.data, waitMs);

  const message = gatewayMessage(response, text);
  if (code === undefined || message === undefined) {
    return new UnexpectedAnswer(url, status, text.trim() === '' ? 'its body is empty' : `it begins "${excerpt(text)}"`);
  }
  const requestId = response.headers.get('x-amzn-requestid') ?? '';
  return new ApiProblem({ status, code, title: message, detail: message, requestId }, waitMs);
}

function isProblem(response: Response): boolean {
  return /^application\/problem\+json\b/.test(response.headers.get('content-type') ?? '');
}

function gatewayMessage(response: Response, text: string): string | undefined {
  if (!/^application\/json\b/.test(response.headers.get('content-type') ?? '')) return undefined;
  const body = jsonOf(text);
  if (typeof body !== 'object' || body === null || !('message' in body)) return undefined;
  return typeof body.message === 'string' ? body.message : undefined;
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function excerpt(text: string): string {
  const line = text.trim().split('\n')[0] ?? '';
  return line.length > 60 ? `${line.slice(0, 60)}…` : line;
}
