import middy from '@middy/core';
import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware';
import type { APIGatewayProxyEvent, APIGatewayProxyResult } from 'aws-lambda';
import type * as z from 'zod';
import type { ApiContract } from '#schemas/api/contract.ts';
import type { Deps } from '#ports/deps.ts';
import { readRequest, type ApiRequest } from './api-request.ts';
import { deps } from './deps.ts';
import { problemFor, retryAfterSecondsOf } from './problem.ts';
import { logger, tracing } from './telemetry.ts';

export interface ApiAnswer<C extends ApiContract> {
  readonly status: number;
  readonly body: z.input<C['answer']>;
  readonly headers?: Readonly<Record<string, string>>;
}

/**
 * The Lambda of one operation. The order of the middleware is the order of concerns: a line in the log for everything
 * that comes in, a span around it, and nothing but problems going out when something throws. Inside, the request is
 * checked against its contract before the use case sees it.
 */
export function apiHandler<C extends ApiContract>(
  contract: C,
  answer: (request: ApiRequest<C>, deps: Deps) => Promise<ApiAnswer<C>>,
) {
  return middy<APIGatewayProxyEvent, APIGatewayProxyResult>()
    .use(injectLambdaContext(logger, { resetKeys: true }))
    .use(tracing)
    .use({
      onError: (request) => {
        const event = request.event as APIGatewayProxyEvent;
        request.response = problemResult(request.error, event.requestContext.requestId);
      },
    })
    .handler(async (event: APIGatewayProxyEvent): Promise<APIGatewayProxyResult> => {
      const request = readRequest(contract, event);
      logger.appendKeys(logKeysOf(contract, request));
      const { status, body, headers } = await answer(request, deps());
      return {
        statusCode: status,
        headers: {
          'content-type': 'application/json',
          'cache-control': 'no-store',
          'x-correlation-id': request.caller.correlationId,
          ...headers,
        },
        body: JSON.stringify(body),
      };
    });
}

/** What every line of an operation's log bears. The trace is that of the caller; a deployment has one of its own. */
export function logKeysOf({ operation }: ApiContract, { caller, params }: ApiRequest<ApiContract>) {
  const { deploymentId } = (params ?? {}) as { readonly deploymentId?: string };
  return {
    operation,
    correlationId: caller.correlationId,
    traceId: caller.traceId,
    ...(deploymentId !== undefined && { deploymentId }),
  };
}

/** A problem as API Gateway returns it; what was a bug is logged with everything, and told with nothing. */
export function problemResult(error: unknown, requestId: string): APIGatewayProxyResult {
  const problem = problemFor(error, requestId);
  if (problem.status >= 500) logger.error(problem.title, { code: problem.code, error: error as Error });
  else logger.info(problem.title, { code: problem.code, detail: problem.detail });
  const retryAfter = retryAfterSecondsOf(error);
  return {
    statusCode: problem.status,
    headers: {
      'content-type': 'application/problem+json',
      'cache-control': 'no-store',
      ...(retryAfter !== undefined && { 'retry-after': String(retryAfter) }),
      ...(problem.status === 401 && { 'www-authenticate': 'Bearer' }),
    },
    body: JSON.stringify(problem),
  };
}
