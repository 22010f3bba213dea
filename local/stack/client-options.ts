import type { Gateway } from '../gateway/gateway.ts';
import { inProcess } from '../gateway/request-handler.ts';
import { region } from './names.ts';

export const localCredentials = { accessKeyId: 'local', secretAccessKey: 'local' };

/** Options for any SDK client so that it talks to a gateway in this process. */
export function clientOptions(gateway: Gateway) {
  return {
    region,
    endpoint: 'http://127.0.0.1:4566',
    credentials: localCredentials,
    requestHandler: inProcess(gateway),
  };
}

export type ClientOptions = ReturnType<typeof clientOptions>;
