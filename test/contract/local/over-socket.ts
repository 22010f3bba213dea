import { onTestFinished } from 'vitest';
import type { Gateway } from '#local/gateway/gateway.ts';
import { serveGateway } from '#local/gateway/serve-gateway.ts';

/** Options for a stock SDK client that reaches the gateway by HTTP; the socket closes with the test. */
export async function overSocket(gateway: Gateway) {
  const served = await serveGateway(gateway, { port: 0, host: '127.0.0.1' });
  onTestFinished(() => served.close());
  return {
    region: 'eu-west-1',
    endpoint: `http://127.0.0.1:${served.port}`,
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    maxAttempts: 1,
  };
}
