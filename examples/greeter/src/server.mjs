import { createServer } from 'node:http';
import { greeting, languages } from './greeting.mjs';

/**
 * The service as an HTTP server that does not listen yet.
 *
 * @param {Readonly<Record<string, string | undefined>>} variables of its environment
 */
export function createGreeter(variables) {
  return createServer((request, response) => {
    const { status, body, headers } = answerTo(request, variables);
    response.writeHead(status, { 'content-type': 'application/json', ...headers });
    response.end(JSON.stringify(body));
  });
}

function answerTo({ method, url }, variables) {
  if (method !== 'GET' && method !== 'HEAD') {
    return { status: 405, body: { message: `${method} is not supported` }, headers: { allow: 'GET, HEAD' } };
  }
  const { pathname, searchParams } = new URL(url, 'http://greeter');
  if (pathname === '/health') return { status: 200, body: { status: 'ok' } };
  if (pathname === '/') return { status: 200, body: about(variables) };
  if (pathname === '/languages') return { status: 200, body: { languages } };

  const name = /^\/greetings\/([^/]+)$/.exec(pathname)?.[1];
  if (!name) return { status: 404, body: { message: `there is nothing at ${pathname}` } };
  const language = searchParams.get('language') ?? variables.GREETING_LANGUAGE ?? 'en';
  return { status: 200, body: { greeting: greeting(decoded(name), language) } };
}

function about(variables) {
  return {
    service: 'greeter',
    commit: variables.DEPLOYMENT_COMMIT,
    environment: variables.DEPLOYMENT_ENVIRONMENT,
  };
}

/** A name that is not properly encoded is greeted as it was written. */
function decoded(name) {
  try {
    return decodeURIComponent(name);
  } catch {
    return name;
  }
}
