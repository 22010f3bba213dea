import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { handler } from '../src/index.mjs';

const get = async (path, method = 'GET') => {
  const { statusCode, body } = await handler({ version: '2.0', requestContext: { http: { method, path } } });
  return { statusCode, body: JSON.parse(body) };
};

describe('the service', () => {
  it('says that it is healthy', async () => {
    assert.deepEqual(await get('/health'), { statusCode: 200, body: { status: 'ok' } });
  });

  it('says which commit it runs, and where', async (context) => {
    process.env.DEPLOYMENT_COMMIT = 'abc';
    process.env.DEPLOYMENT_ENVIRONMENT = 'staging';
    context.after(() => {
      delete process.env.DEPLOYMENT_COMMIT;
      delete process.env.DEPLOYMENT_ENVIRONMENT;
    });
    const { body } = await get('/');
    assert.deepEqual(body, { service: 'orders', commit: 'abc', environment: 'staging' });
  });

  it('says what an order costs', async () => {
    assert.deepEqual(await get('/orders/1003/total'), { statusCode: 200, body: { id: '1003', totalCents: 5200 } });
  });

  it('knows nothing of other orders and paths', async () => {
    assert.equal((await get('/orders/9/total')).statusCode, 404);
    assert.equal((await get('/elsewhere')).statusCode, 404);
  });

  it('refuses to be written to', async () => {
    assert.equal((await get('/health', 'POST')).statusCode, 405);
  });
});
