import { randomBytes } from 'node:crypto';
import type { APIGatewayProxyEvent } from 'aws-lambda';
import type * as z from 'zod';
import { mostBodyBytes, type ApiContract } from '#schemas/api/contract.ts';
import { neededPermission } from '#domain/access/permissions.ts';
import { Refusal, type Fault } from '#domain/refusal.ts';
import type { Caller } from '#usecases/caller.ts';
import { callerIn, isOutdated } from './caller-context.ts';
import { faultsOf } from './problem.ts';
import { typeWords } from './type-words.ts';

/** A request that fits its contract, with who sent it. */
export interface ApiRequest<C extends ApiContract> {
  readonly params: z.output<C['params']>;
  readonly query: z.output<C['query']>;
  readonly body: C['body'] extends z.ZodType ? z.output<C['body']> : string;
  /** The body as it came, to the byte. */
  readonly bytes: Uint8Array;
  readonly caller: Caller;
  /** Header names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
}

/**
 * Checks an event of API Gateway against a contract: who asks first, then all faults of what is asked together.
 *
 * @throws Refusal `unauthenticated`, `permission_denied` or `validation_error`
 */
export function readRequest<C extends ApiContract>(contract: C, event: APIGatewayProxyEvent): ApiRequest<C> {
  const headers = Object.fromEntries(
    Object.entries(event.headers ?? {}).map(([name, value]) => [name.toLowerCase(), value ?? '']),
  );
  const caller = callerOf(contract, event, headers);
  const faults: Fault[] = [];
  const check = (schema: z.ZodType, value: unknown, base: string): unknown => {
    const result = schema.safeParse(value, { error: typeWords });
    if (!result.success) faults.push(...faultsOf(result.error, base));
    return result.data;
  };
  const params = check(contract.params, event.pathParameters ?? {}, '/path');
  const query = check(contract.query, queryOf(event), '/query');
  const bytes = bodyBytes(event, contract.bodyLimitBytes ?? mostBodyBytes);
  const text = bytes.toString('utf8');
  const json = typeof contract.body === 'string' ? undefined : jsonOf(text, headers, faults);
  // What is not JSON has no members: to say that they are missing as well would mislead.
  const body = typeof contract.body === 'string' ? text : json && check(contract.body, json.value, '');
  if (faults.length > 0) {
    throw new Refusal(
      'validation_error',
      `The request has ${faults.length === 1 ? 'a fault' : `${faults.length} faults`}.`,
      {
        faults,
      },
    );
  }
  return { params, query, body, bytes, caller, headers } as ApiRequest<C>;
}

function callerOf(
  contract: ApiContract,
  event: APIGatewayProxyEvent,
  headers: Readonly<Record<string, string>>,
): Caller {
  const context = event.requestContext.authorizer ?? {};
  if (isOutdated(context, event.requestContext.requestTimeEpoch)) {
    throw new Refusal('unauthenticated', 'The token has expired.');
  }
  const caller = callerIn(context);
  // The authorizer has asked the same. Twice, because its answer comes out of a cache that is configured elsewhere.
  if (contract.permission !== 'public' && !caller.permissions.has(contract.permission)) {
    throw new Refusal('permission_denied', neededPermission(contract.permission));
  }
  const traceId = /^00-(?!0{32})([0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-/.exec(headers['traceparent'] ?? '')?.[1];
  const correlationId = /^[\w.:-]{1,128}$/.exec(headers['x-correlation-id'] ?? '')?.[0];
  return {
    ...caller,
    correlationId: correlationId ?? event.requestContext.requestId,
    traceId: traceId ?? randomBytes(16).toString('hex'),
  };
}

/** A parameter given twice is not for us to choose from. */
function queryOf(event: APIGatewayProxyEvent): Record<string, unknown> {
  const many = event.multiValueQueryStringParameters ?? {};
  return Object.fromEntries(
    Object.entries(many).map(([name, values]) => [name, values && values.length === 1 ? values[0] : values]),
  );
}

function bodyBytes(event: APIGatewayProxyEvent, mostBytes: number): Buffer {
  const { body, isBase64Encoded } = event;
  const bytes = Buffer.from(body ?? '', isBase64Encoded ? 'base64' : 'utf8');
  if (bytes.byteLength > mostBytes) {
    throw new Refusal('validation_error', `The body is larger than ${mostBytes} bytes.`, {
      faults: [{ pointer: '', message: `must be at most ${mostBytes} bytes` }],
    });
  }
  return bytes;
}

function jsonOf(text: string, headers: Readonly<Record<string, string>>, faults: Fault[]) {
  const type = headers['content-type'];
  if (type !== undefined && !/^application\/(.+\+)?json\s*(;|$)/i.test(type)) {
    faults.push({ pointer: '', message: `must be application/json, not ${type}` });
  }
  try {
    return { value: JSON.parse(text) as unknown };
  } catch {
    faults.push({ pointer: '', message: text === '' ? 'is missing' : 'is not JSON' });
    return undefined;
  }
}
