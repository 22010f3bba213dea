import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Issuer } from './issuer.ts';

/**
 * Hands a request to the issuer, when it is for it. Only by an address of the loopback interface: a page from elsewhere whose
 * name was made to lead to this machine sends that name as `Host`.
 */
export async function answerIdentity(
  issuer: Issuer,
  request: IncomingMessage,
  url: URL,
  response: ServerResponse,
  readBody: (request: IncomingMessage) => Promise<Buffer | undefined>,
): Promise<boolean> {
  if (!/^\/(oauth|\.well-known)\//.test(url.pathname)) return false;
  if (!isLoopback(request.headers.host)) {
    request.resume();
    response.writeHead(421, { 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-store' });
    response.end('The issuer is reached by 127.0.0.1 or localhost only.\n');
    return true;
  }
  const isForm = /^application\/x-www-form-urlencoded\s*(;|$)/i.test(request.headers['content-type'] ?? '');
  const body = request.method === 'POST' ? await readBody(request) : undefined;
  const answer = await issuer.answer({
    method: request.method ?? 'GET',
    path: url.pathname,
    query: url.searchParams,
    form: new URLSearchParams(isForm ? body?.toString('utf8') : ''),
    authorization: request.headers.authorization,
  });
  if (!answer) return false;
  response.writeHead(answer.status, answer.headers);
  response.end(answer.body);
  return true;
}

function isLoopback(host: string | undefined): boolean {
  return /^(127\.0\.0\.1|localhost|\[::1\])(:\d+)?$/i.test(host ?? '');
}
