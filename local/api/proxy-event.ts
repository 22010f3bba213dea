import { isUtf8 } from 'node:buffer';
import type { IncomingMessage } from 'node:http';
import type { APIGatewayProxyEvent } from 'aws-lambda';
import { account } from '../stack/names.ts';

interface ProxyRequest {
  readonly request: IncomingMessage;
  readonly url: URL;
  readonly body: Buffer;
  readonly params: Readonly<Record<string, string>>;
  readonly resource: string;
  readonly requestId: string;
  readonly authorizer: Readonly<Record<string, unknown>> | undefined;
}

/** A request as API Gateway's Lambda proxy integration hands it to a function. */
export function proxyEvent(proxied: ProxyRequest): APIGatewayProxyEvent {
  const { request, url, body, params, resource, requestId, authorizer } = proxied;
  const headers = Object.fromEntries(
    Object.entries(request.headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(',') : value]),
  );
  const query = [...new Set(url.searchParams.keys())].map((name) => [name, url.searchParams.getAll(name)] as const);
  const method = request.method ?? 'GET';
  // As text it would lose bytes that are none.
  const isText = isUtf8(body);
  return {
    resource,
    path: url.pathname,
    httpMethod: method,
    headers,
    multiValueHeaders: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, value ? [value] : []])),
    pathParameters: Object.keys(params).length > 0 ? { ...params } : null,
    queryStringParameters: query.length > 0 ? Object.fromEntries(query.map(([name, all]) => [name, all.at(-1)])) : null,
    multiValueQueryStringParameters: query.length > 0 ? Object.fromEntries(query) : null,
    stageVariables: null,
    body: body.byteLength > 0 ? body.toString(isText ? 'utf8' : 'base64') : null,
    isBase64Encoded: !isText,
    requestContext: {
      accountId: account,
      apiId: 'local',
      authorizer: authorizer ? { ...authorizer } : null,
      httpMethod: method,
      identity: { sourceIp: request.socket.remoteAddress ?? '127.0.0.1' } as never,
      path: url.pathname,
      protocol: 'HTTP/1.1',
      requestId,
      requestTimeEpoch: Date.now(),
      resourceId: resource,
      resourcePath: resource,
      stage: 'local',
    },
  };
}
