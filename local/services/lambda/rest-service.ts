import { ServiceFault, type WireRequest, type WireResponse, type WireService } from '../../gateway/wire.ts';
import { invalidParameter } from './faults.ts';

/** A request after its route was found. */
export interface Call {
  /** The variable parts of the path, decoded. */
  readonly names: readonly string[];
  readonly query: URLSearchParams;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

export interface Answer {
  readonly status: number;
  /** A Buffer goes out as it is, anything else as JSON. */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface Route {
  /** Method and path, with `*` for a variable part: `GET /2015-03-31/functions/*`. */
  readonly on: string;
  /** Query parameters that it understands. */
  readonly query?: readonly string[];
  readonly answer: (call: Call) => Answer | Promise<Answer>;
}

/** A service that speaks AWS's REST-JSON protocol. */
export function restService(name: string, routes: readonly Route[]): WireService {
  const compiled = routes.map((route) => ({ ...route, matches: compile(route.on) }));
  return {
    name,
    fault: renderFault,
    operationOf: ({ method, path }) =>
      compiled.find(({ matches }) => matches.test(`${method} ${path}`))?.on.replace(' ', ':'),
    async handle(request) {
      try {
        const text = `${request.method} ${request.path}`;
        for (const route of compiled) {
          const [whole, ...names] = route.matches.exec(text) ?? [];
          if (whole === undefined) continue;
          checkQuery(route, request);
          return render(await route.answer({ ...request, names: names.map(decodeURIComponent) }));
        }
        throw new ServiceFault(
          'UnknownOperationException',
          `${name}: the local endpoint has no operation at ${text}. See its behaviour.md.`,
          { status: 404 },
        );
      } catch (error) {
        if (!(error instanceof ServiceFault)) throw error;
        return renderFault(error);
      }
    },
  };
}

function compile(on: string): RegExp {
  return new RegExp(`^${on.replaceAll('*', '([^/]+)')}/?$`);
}

function checkQuery(route: Route, request: WireRequest): void {
  for (const name of request.query.keys()) {
    if (!(route.query ?? []).includes(name)) {
      throw invalidParameter(`${name}: not supported by the local endpoint at ${route.on}.`);
    }
  }
}

function renderFault(fault: ServiceFault): WireResponse {
  return render({
    status: fault.status,
    headers: { 'x-amzn-errortype': fault.code },
    body: {
      Type: fault.status < 500 ? 'User' : 'Service',
      message: fault.message,
      Message: fault.message,
      ...fault.members,
    },
  });
}

function render({ status, body, headers }: Answer): WireResponse {
  return {
    status,
    headers: { 'content-type': 'application/json', ...headers },
    body: Buffer.isBuffer(body) ? body : Buffer.from(body === undefined ? '' : JSON.stringify(body)),
  };
}
