import { randomUUID } from 'node:crypto';
import { openCallLog } from './call-log.ts';
import { jsonFault } from './json-fault.ts';
import { ServiceFault, type WireRequest, type WireResponse, type WireService } from './wire.ts';

/** The whole local endpoint behind one function: picks the service by the scope that the SDK signed for. */
export interface Gateway {
  handle(request: WireRequest): Promise<WireResponse>;
}

export interface StoppableGateway extends Gateway {
  /** Refuses what comes from now on, and resolves when what is under way has been answered. */
  drain(): Promise<void>;
  /** The name of the service that a request is for. */
  serviceOf(request: WireRequest): string;
  /** What functions have called, for comparing it with what they are permitted. */
  readonly calls: ReadonlySet<string>;
  /** How that service says a fault that it did not find itself. */
  refuse(request: WireRequest, fault: ServiceFault): WireResponse;
}

/** The largest request body the endpoint takes, in bytes; the socket reads one byte more and lets this refuse it. */
export const BODY_LIMIT_BYTES = 64 * 1024 * 1024;

export function createGateway(services: readonly WireService[]): StoppableGateway {
  const byName = new Map(services.map((service) => [service.name, service]));
  const underWay = new Set<Promise<WireResponse>>();
  const callLog = openCallLog();
  let draining = false;

  const handle = async (request: WireRequest): Promise<WireResponse> => {
    const requestId = randomUUID();
    const name = serviceOf(request);
    const service = byName.get(name);
    if (service) callLog.note(request, name, service.operationOf?.(request));
    const refuse = (code: string, message: string, status: number): WireResponse =>
      jsonFault(new ServiceFault(code, message, { status }));
    const answer = draining
      ? refuse('ServiceUnavailable', 'The local endpoint is stopping.', 503)
      : service
        ? await answerOf(service, request)
        : refuse('UnknownServiceException', `The local endpoint has no service "${name}".`, 404);
    return { ...answer, headers: { 'x-amzn-requestid': requestId, ...answer.headers } };
  };

  return {
    async handle(request) {
      const answer = handle(request);
      underWay.add(answer);
      return answer.finally(() => underWay.delete(answer));
    },
    async drain() {
      draining = true;
      await Promise.allSettled(underWay);
    },
    serviceOf,
    calls: callLog.calls,
    refuse: (request, fault) => byName.get(serviceOf(request))?.fault?.(fault, request) ?? jsonFault(fault),
  };
}

async function answerOf(service: WireService, request: WireRequest): Promise<WireResponse> {
  const refuse = (fault: ServiceFault): WireResponse => service.fault?.(fault, request) ?? jsonFault(fault);
  if (request.body.byteLength > BODY_LIMIT_BYTES) {
    return refuse(
      new ServiceFault('RequestEntityTooLargeException', `The request body is over ${BODY_LIMIT_BYTES} bytes.`, {
        status: 413,
      }),
    );
  }
  try {
    return await service.handle(request);
  } catch (error) {
    if (error instanceof ServiceFault) return refuse(error);
    // A bug of the endpoint itself: said on the console of the host, and to the client without details.
    console.error(`local ${service.name}:`, error);
    return refuse(
      new ServiceFault('InternalFailure', `The local ${service.name} failed; the host's console says why.`, {
        status: 500,
      }),
    );
  }
}

function serviceOf(request: WireRequest): string {
  return signedService(request) ?? unsignedService(request);
}

/**
 * Registries of images are called with a password of their own, and S3 without any or by pre-signed links. No bucket is
 * named `v2`: the name would be too short.
 */
function unsignedService({ path }: WireRequest): string {
  return path === '/v2' || path.startsWith('/v2/') ? 'ecr' : 's3';
}

/** `Credential=<key>/<date>/<region>/<service>/aws4_request`, in the header or in a pre-signed link, names the service. */
function signedService(request: WireRequest): string | undefined {
  const credential =
    /Credential=([^,\s]+)/.exec(request.headers['authorization'] ?? '')?.[1] ?? request.query.get('X-Amz-Credential');
  return /^[^/]+\/\d+\/[^/]+\/([a-z0-9-]+)\/aws4_request$/.exec(credential ?? '')?.[1];
}
