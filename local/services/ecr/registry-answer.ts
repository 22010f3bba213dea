import { ServiceFault, type WireResponse } from '#local/gateway/wire.ts';

export function answer(
  status: number,
  headers: Readonly<Record<string, string>> = {},
  body: Uint8Array | string = '',
): WireResponse {
  return {
    status,
    headers: { 'docker-distribution-api-version': 'registry/2.0', ...headers },
    body: typeof body === 'string' ? Buffer.from(body) : body,
  };
}

/** An error of the registry API; `code` is one of the distribution specification. */
export function refuse(status: number, code: string, message: string): never {
  throw new ServiceFault(code, message, { status });
}

/** A fault as the distribution specification has it. */
export function registryFault({ status, code, message }: ServiceFault): WireResponse {
  const body = JSON.stringify({ errors: [{ code, message, detail: null }] });
  return answer(status, { 'content-type': 'application/json' }, body);
}
