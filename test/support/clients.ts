import type { Gateway } from '#local/gateway/gateway.ts';
import { inProcess } from '#local/gateway/request-handler.ts';

/** Options for any stock SDK client so that it talks to a gateway in this process. */
export function against(gateway: Gateway) {
  return {
    region: 'eu-west-1',
    endpoint: 'http://127.0.0.1:4566',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    requestHandler: inProcess(gateway),
    maxAttempts: 1,
  };
}
