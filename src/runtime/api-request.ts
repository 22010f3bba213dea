import { randomBytes } from 'node:crypto';
import type { APIGatewayProxyEvent } from 'aws-lambda';
import type * as z from 'zod';
import type { ApiContract } from '#schemas/api/contract.ts';
import { permission } from '#schemas/api/permission.ts';
import { Refusal, type Fault } from '#domain/refusal.ts';
import type { Caller } from '#usecases/caller.ts';
import { faultsOf } from './problem.ts';

/** A request that fits its contract, with who sent it. */
export interface ApiRequest<C extends ApiContract> {
  readonly params: z.output<C['params']>;
  readonly query: z.output<C['query']>;
  readonly body: C['body'] extends z.ZodType ? z.output<C['body']> : string;
  readonly caller: Caller;
  /** Header names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
}

const mostBodyBytes = 1024 * 1024;

/**
 * Checks an event of API Gateway against a contract: who asks first, then all faults of what is asked together.
 *
 * @throws Refusal `permission_denied` or `validation_error`
 */
export function readRequest<C extends ApiContract>(contract: C, event: APIGatewayProxyEvent): ApiRequest<C> {
  const headers = Object.fromEntries(
    Object.entries(event.headers ?? {}).map(([name, value]) => [name.toLowerCase(), value ?? '']),
  );
  const caller = callerOf(contract, event, headers);
  const faults: Fault[] = [];
  const check = (schema: z.ZodType, value: unknown, base: string): unknown => {
    const result = schema.safeParse(value);
    if (!result.success) faults.push(...faultsOf(result.error, base));
    return result.data;
  };
  const params = check(contract.params, event.pathParameters ?? {}, '/path');
  const query = check(contract.query, queryOf(event), '/query');
  const text = bodyText(event);
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
  return { params, query, body, caller, headers } as ApiRequest<C>;
}

function callerOf(
  contract: ApiContract,
  event: APIGatewayProxyEvent,
  headers: Readonly<Record<string, string>>,
): Caller {
  const authorizer = event.requestContext.authorizer ?? {};
  const given = String(authorizer['permissions'] ?? '').split(' ');
  const permissions = new Set(given.flatMap((each) => permission.safeParse(each).data ?? []));
  if (contract.permission !== 'public' && !permissions.has(contract.permission)) {
    throw new Refusal('permission_denied', `This needs the permission ${contract.permission}.`);
  }
  const traceId = /^00-([0-9a-f]{32})-[0-9a-f]{16}-/.exec(headers['traceparent'] ?? '')?.[1];
  const correlationId = /^[\w.:-]{1,128}$/.exec(headers['x-correlation-id'] ?? '')?.[0];
  return {
    subject: String(authorizer['principalId'] ?? 'anonymous'),
    permissions,
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

function bodyText(event: APIGatewayProxyEvent): string {
  const { body, isBase64Encoded } = event;
  const bytes = Buffer.from(body ?? '', isBase64Encoded ? 'base64' : 'utf8');
  if (bytes.byteLength > mostBodyBytes) {
    throw new Refusal('validation_error', `The body is larger than ${mostBodyBytes} bytes.`, {
      faults: [{ pointer: '', message: `must be at most ${mostBodyBytes} bytes` }],
    });
  }
  return bytes.toString('utf8');
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
