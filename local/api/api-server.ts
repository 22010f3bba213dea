import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { APIGatewayProxyEvent, APIGatewayProxyResult } from 'aws-lambda';
import { neededPermission } from '#domain/access/permissions.ts';
import { listen } from '../balancer/listen.ts';
import { answerIdentity } from './answer-identity.ts';
import { askAuthorizer } from './ask-authorizer.ts';
import type { Issuer } from './issuer.ts';
import { proxyEvent } from './proxy-event.ts';
import { matchRoute, type Route } from './routes.ts';
import { startAnswer } from './streaming.ts';

const bodyLimitBytes = 10 * 1024 * 1024;

/** The functions behind the API. */
export interface ApiFunctions {
  /** @throws Error named by the function's error type when it fails */
  invoke(functionName: string, event: unknown): Promise<unknown>;
  stream(functionName: string, event: unknown, response: ServerResponse): Promise<void>;
  readonly authorizer: string;
}

export interface ApiServer {
  readonly url: string;
  readonly port: number;
  close(): Promise<void>;
}

interface ApiServerOptions {
  readonly port: number;
  readonly host: string;
  readonly functions: ApiFunctions;
  readonly issuer: Issuer;
}

/**
 * What API Gateway is in AWS: routes to functions, the authorizer in front of them, its own answers in the shape that the
 * stack gives its gateway responses. Beside it the local identity provider.
 *
 * @throws PortTaken
 */
export async function serveApi(options: ApiServerOptions): Promise<ApiServer> {
  const server = createServer({ requestTimeout: 30_000, keepAliveTimeout: 65_000 }, (request, response) => {
    answer(options, request, response).catch((error: unknown) => {
      console.error('local api:', error);
      if (!response.headersSent) sendProblem(response, 500, 'internal_error', 'The service failed.', randomUUID());
      response.destroy();
    });
  });
  const port = await listen(server, options.port, options.host);
  return {
    port,
    url: `http://${options.host}:${port}`,
    async close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      await closed;
    },
  };
}

async function answer(options: ApiServerOptions, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const requestId = randomUUID();
  response.setHeader('x-request-id', requestId);
  const url = new URL(request.url ?? '/', 'http://api');
  if (await answerIdentity(options.issuer, request, url, response, readBody)) return;

  const match = matchRoute(request.method ?? 'GET', url.pathname);
  if (match.kind === 'none') {
    return sendProblem(response, 404, 'not_found', `There is nothing at ${url.pathname}.`, requestId);
  }
  if (match.kind === 'method') {
    response.setHeader('allow', match.allowed.join(', '));
    return sendProblem(response, 405, 'validation_error', `Use ${match.allowed.join(' or ')} here.`, requestId);
  }
  const { route, params } = match;
  const { functions } = options;
  const verdict =
    route.contract.permission === 'public'
      ? undefined
      : await askAuthorizer((event) => functions.invoke(functions.authorizer, event), {
          route,
          request,
          url,
          params,
          requestId,
        });
  if (verdict?.kind === 'unauthorized') {
    response.setHeader('www-authenticate', 'Bearer');
    return sendProblem(response, 401, 'unauthenticated', 'A valid bearer token is needed.', requestId);
  }
  if (verdict?.kind === 'denied') {
    return sendProblem(
      response,
      403,
      'permission_denied',
      neededPermission(String(verdict.context['needed'])),
      requestId,
    );
  }
  const authorizer = verdict?.context;
  const body = await readBody(request);
  if (!body) return sendProblem(response, 413, 'validation_error', 'The request body is over 10 MB.', requestId);
  const event = proxyEvent({ request, url, body, params, resource: route.contract.path, requestId, authorizer });
  await run(options, route, event, response);
}

async function run(
  { functions }: ApiServerOptions,
  route: Route,
  event: APIGatewayProxyEvent,
  response: ServerResponse,
): Promise<void> {
  if (route.contract.streams) {
    Object.assign(response, {
      [startAnswer]: (head: { statusCode: number; headers?: Record<string, string> }) => {
        response.writeHead(head.statusCode, head.headers);
        response.flushHeaders();
      },
    });
    return functions.stream(route.functionName, event, response);
  }
  const result = (await functions.invoke(route.functionName, event)) as APIGatewayProxyResult;
  response.writeHead(result.statusCode, result.headers as Record<string, string>);
  response.end(Buffer.from(result.body, result.isBase64Encoded ? 'base64' : 'utf8'));
}

function sendProblem(response: ServerResponse, status: number, code: string, detail: string, requestId: string): void {
  response.writeHead(status, { 'content-type': 'application/problem+json', 'cache-control': 'no-store' });
  const type = `urn:deployment-service:problem:${code}`;
  response.end(JSON.stringify({ type, title: detail, status, code, detail, requestId }));
}

async function readBody(request: IncomingMessage): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.byteLength;
    if (size <= bodyLimitBytes) chunks.push(chunk);
  }
  return size > bodyLimitBytes ? undefined : Buffer.concat(chunks);
}
