import type { IncomingMessage } from 'node:http';

interface EventOptions {
  readonly request: IncomingMessage;
  readonly body: Buffer;
  readonly requestId: string;
  readonly nowMs: number;
}

/** The event that a Lambda function URL makes of an HTTP request (payload format 2.0). */
export function functionUrlEvent({ request, body, requestId, nowMs }: EventOptions) {
  const target = request.url ?? '/';
  const split = target.indexOf('?');
  const rawPath = split < 0 ? target : target.slice(0, split);
  const rawQueryString = split < 0 ? '' : target.slice(split + 1);
  const { cookie, ...headers } = joinedHeaders(request);
  const domainName = (headers['host'] ?? '').replace(/:\d+$/, '');
  const isBase64Encoded = body.byteLength > 0 && !isText(headers, body);
  const query = queryParameters(rawQueryString);
  const sourceIp = request.socket.remoteAddress ?? '127.0.0.1';
  return {
    version: '2.0',
    routeKey: '$default',
    rawPath,
    rawQueryString,
    ...(cookie === undefined ? {} : { cookies: cookie.split(/;\s*/) }),
    headers: {
      ...headers,
      'x-forwarded-for': headers['x-forwarded-for'] ?? sourceIp,
      'x-forwarded-proto': 'http',
      'x-forwarded-port': String(request.socket.localPort ?? 80),
    },
    ...(query === undefined ? {} : { queryStringParameters: query }),
    requestContext: {
      accountId: 'anonymous',
      apiId: domainName.split('.')[0] ?? '',
      domainName,
      domainPrefix: domainName.split('.')[0] ?? '',
      http: {
        method: request.method ?? 'GET',
        path: rawPath,
        protocol: `HTTP/${request.httpVersion}`,
        sourceIp,
        userAgent: headers['user-agent'] ?? '',
      },
      requestId,
      routeKey: '$default',
      stage: '$default',
      time: commonLogTime(nowMs),
      timeEpoch: nowMs,
    },
    ...(body.byteLength === 0 ? {} : { body: body.toString(isBase64Encoded ? 'base64' : 'utf8') }),
    isBase64Encoded,
  };
}

function joinedHeaders(request: IncomingMessage): Record<string, string> {
  const headers = Object.entries(request.headersDistinct).flatMap(([name, values]) =>
    values === undefined ? [] : [[name, values.join(name === 'cookie' ? '; ' : ',')] as const],
  );
  return Object.fromEntries(headers);
}

/** Names that occur more than once have their values joined by a comma, as the format says. */
function queryParameters(rawQueryString: string): Record<string, string> | undefined {
  if (rawQueryString === '') return undefined;
  const result = new Map<string, string>();
  for (const [name, value] of new URLSearchParams(rawQueryString)) {
    const former = result.get(name);
    result.set(name, former === undefined ? value : `${former},${value}`);
  }
  return Object.fromEntries(result);
}

const TEXT = /^(text\/.*|application\/(json|javascript|xml|.+\+json|.+\+xml))$/;

function isText(headers: Readonly<Record<string, string>>, body: Buffer): boolean {
  if (headers['content-encoding'] !== undefined) return false;
  const type = (headers['content-type'] ?? '').split(';')[0]?.trim().toLowerCase() ?? '';
  // Bytes that are no UTF-8 would not survive as text, whatever the header claims.
  return TEXT.test(type) && Buffer.from(body.toString('utf8')).equals(body);
}

/** `12/Mar/2026:19:03:58 +0000` */
function commonLogTime(nowMs: number): string {
  const [, day, month, year, time] = new Date(nowMs).toUTCString().split(' ');
  return `${day}/${month}/${year}:${time} +0000`;
}
