import { ServiceFault, type WireRequest, type WireResponse, type WireService } from './wire.ts';

/** The whole local endpoint behind one function: picks the service by the scope that the SDK signed for. */
export interface Gateway {
  handle(request: WireRequest): Promise<WireResponse>;
}

export function createGateway(services: readonly WireService[]): Gateway {
  const byName = new Map(services.map((service) => [service.name, service]));
  return {
    async handle(request) {
      const name = signedService(request.headers['authorization']);
      const service = byName.get(name ?? 's3');
      if (!service) return fault(404, 'UnknownServiceException', `The local endpoint has no service "${name}".`);
      try {
        return await service.handle(request);
      } catch (error) {
        if (error instanceof ServiceFault) return fault(error.status, error.code, error.message);
        // A bug of the endpoint itself: said on the console of the host, and to the client without details.
        console.error(`local ${service.name}:`, error);
        return fault(500, 'InternalFailure', `The local ${service.name} failed; the host's console says why.`);
      }
    },
  };
}

/** `AWS4-HMAC-SHA256 Credential=<key>/<date>/<region>/<service>/aws4_request, …` names the service. */
function signedService(authorization: string | undefined): string | undefined {
  return /Credential=[^/]+\/\d+\/[^/]+\/([a-z0-9-]+)\/aws4_request/.exec(authorization ?? '')?.[1];
}

function fault(status: number, code: string, message: string): WireResponse {
  return {
    status,
    headers: { 'content-type': 'application/x-amz-json-1.0', 'x-amzn-errortype': code },
    body: Buffer.from(JSON.stringify({ __type: code, message })),
  };
}
