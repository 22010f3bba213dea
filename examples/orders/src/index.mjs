import { orders } from './orders.mjs';
import { totalCents } from './price.mjs';

/** Answers a Lambda function URL, payload version 2.0. */
export async function handler(event) {
  const { method, path } = event.requestContext.http;
  if (method !== 'GET') return answer(405, { message: `${method} is not supported` }, { allow: 'GET' });
  if (path === '/health') return answer(200, { status: 'ok' });
  if (path === '/') return answer(200, about());

  const id = /^\/orders\/([^/]+)\/total$/.exec(path)?.[1];
  const lines = id && orders.get(id);
  if (!lines) return answer(404, { message: `there is nothing at ${path}` });
  return answer(200, { id, totalCents: totalCents(lines, Number(process.env.FREE_SHIPPING_FROM_CENTS ?? 5000)) });
}

function about() {
  return {
    service: 'orders',
    version: process.env.AWS_LAMBDA_FUNCTION_VERSION,
    commit: process.env.DEPLOYMENT_COMMIT,
    environment: process.env.DEPLOYMENT_ENVIRONMENT,
  };
}

function answer(statusCode, body, headers = {}) {
  return { statusCode, headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify(body) };
}
