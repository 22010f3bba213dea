import type { APIGatewayProxyEvent, Context } from 'aws-lambda';

interface EventParts extends Partial<Pick<APIGatewayProxyEvent, 'headers' | 'pathParameters' | 'isBase64Encoded'>> {
  readonly query?: Readonly<Record<string, readonly string[]>>;
  readonly body?: string | null;
  /** As the authorizer put them into the context; `undefined` for a route without one. */
  readonly permissions?: string | undefined;
}

const everyPermission = 'deployment:read deployment:trigger deployment:manage environment:manage';

/** A request as API Gateway hands it to a function, by somebody who may do everything unless said otherwise. */
export function apiEvent(parts: EventParts = {}): APIGatewayProxyEvent {
  const { query, body = null, headers = {}, pathParameters = null, isBase64Encoded = false } = parts;
  const permissions = 'permissions' in parts ? parts.permissions : everyPermission;
  return {
    headers,
    pathParameters,
    body,
    isBase64Encoded,
    multiValueQueryStringParameters: query ?? null,
    requestContext: {
      requestId: 'request-1',
      authorizer: permissions === undefined ? null : { principalId: 'ada', permissions },
    },
  } as unknown as APIGatewayProxyEvent;
}

export const lambdaContext = {
  functionName: 'under-test',
  awsRequestId: 'invocation-1',
  getRemainingTimeInMillis: () => 10_000,
} as unknown as Context;
