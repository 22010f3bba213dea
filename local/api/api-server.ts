import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { APIGatewayProxyEvent, APIGatewayProxyResult } from 'aws-lambda';
import { listen } from '../balancer/listen.ts';
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
  if (await answerIdentity(options.issuer, request, url, response)) return;

  const match = matchRoute(request.method ?? 'GET', url.pathname);
  if (match.kind === 'none') {
    return sendProblem(response, 404, 'not_found', `There is nothing at ${url.pathname}.`, requestId);
  }
  if (match.kind === 'method') {
    response.setHeader('allow', match.allowed.join(', '));
    return sendProblem(response, 405, 'validation_error', `Use ${match.allowed.join(' or ')} here.`, requestId);
  }
  const { route, params } = match;
  const authorizer = await authorized(options, route, request);
  if (authorizer === 'refused') {
    response.setHeader('www-authenticate', 'Bearer');
    return sendProblem(response, 401, 'unauthenticated', 'A valid bearer token is needed.', requestId);
  }
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

async function authorized({ functions }: ApiServerOptions, { contract }: Route, request: IncomingMessage) {
  if (contract.permission === 'public') return undefined;
  const { authorization } = request.headers;
  // As API Gateway does, a request without the header is refused without asking the authorizer.
  if (authorization === undefined) return 'refused';
  try {
    const policy = (await functions.invoke(functions.authorizer, {
      type: 'TOKEN',
      authorizationToken: authorization,
      methodArn: `arn:aws:execute-api:eu-west-1:000000000000:local/local/${contract.method}${contract.path}`,
    })) as { principalId: string; context: Record<string, unknown> };
    return { ...policy.context, principalId: policy.principalId };
  } catch (error) {
    if (error instanceof Error && error.message === 'Unauthorized') return 'refused';
    throw error;
  }
}

async function answerIdentity(issuer: Issuer, request: IncomingMessage, url: URL, response: ServerResponse) {
  if (url.pathname === '/.well-known/jwks.json') {
    send(response, 200, issuer.keySet());
    return true;
  }
  if (url.pathname !== '/oauth/token' || request.method !== 'POST') return false;
  request.resume();
  const token = await issuer.exchange(request.headers.authorization);
  send(response, token ? 200 : 401, token ?? { error: 'invalid_client' });
  return true;
}

function send(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' });
  response.end(JSON.stringify(body));
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
