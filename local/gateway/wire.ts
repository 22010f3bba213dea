/** One HTTP request as every local service sees it, whether it came through a socket or straight from an SDK client. */
export interface WireRequest {
  readonly method: string;
  /** Path without the query string, percent-encoding kept. */
  readonly path: string;
  readonly query: URLSearchParams;
  /** Header names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

export interface WireResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

/** An AWS service of the local endpoint. `name` is the service in the SigV4 credential scope (`dynamodb`, `states`, …). */
export interface WireService {
  readonly name: string;
  handle(request: WireRequest): Promise<WireResponse>;
  /** What a request asks for, where that is said by its method and path. */
  operationOf?(request: WireRequest): string | undefined;
  /** How the service says a fault that the gateway found, where that is not the JSON protocol's shape. */
  fault?(fault: ServiceFault, request: WireRequest): WireResponse;
}

/** An error in the service's own shape: the SDK turns `code` into the name of the exception it throws. */
export class ServiceFault extends Error {
  override readonly name = 'ServiceFault';
  readonly code: string;
  readonly status: number;
  /** Further members of the error body, such as `CancellationReasons`. */
  readonly members: Readonly<Record<string, unknown>>;

  constructor(code: string, message: string, options: { status?: number; members?: Record<string, unknown> } = {}) {
    super(message);
    this.code = code;
    this.status = options.status ?? 400;
    this.members = options.members ?? {};
  }
}
