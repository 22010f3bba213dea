import { jsonFault } from './json-fault.ts';
import { ServiceFault, type WireRequest, type WireResponse, type WireService } from './wire.ts';

export type Operation = (input: Record<string, unknown>) => unknown;

interface JsonServiceOptions {
  readonly name: string;
  /** The part of `X-Amz-Target` before the dot, for instance `AWSStepFunctions`. */
  readonly targetPrefix: string;
  readonly version: '1.0' | '1.1';
  readonly operations: Readonly<Record<string, Operation>>;
}

/** A service that speaks the AWS JSON protocol: the operation in `X-Amz-Target`, input and output as JSON. */
export function jsonService(options: JsonServiceOptions): WireService {
  const contentType = `application/x-amz-json-${options.version}`;
  const answer = (body: unknown): WireResponse => ({
    status: 200,
    headers: { 'content-type': contentType },
    body: Buffer.from(JSON.stringify(body ?? {})),
  });

  return {
    name: options.name,
    fault: (fault) => jsonFault(fault, options.version),
    async handle(request: WireRequest): Promise<WireResponse> {
      try {
        const operation = findOperation(options, request);
        return answer(await operation(parseBody(request.body)));
      } catch (error) {
        if (!(error instanceof ServiceFault)) throw error;
        return jsonFault(error, options.version);
      }
    },
  };
}

function findOperation(options: JsonServiceOptions, request: WireRequest): Operation {
  const [prefix, name = ''] = (request.headers['x-amz-target'] ?? '').split('.');
  const operation = prefix === options.targetPrefix ? ownOperation(options.operations, name) : undefined;
  if (!operation) {
    throw new ServiceFault(
      'UnknownOperationException',
      `${options.name}: the local endpoint has no operation "${name || '(none named)'}". See its behaviour.md.`,
    );
  }
  return operation;
}

/** Not a plain look-up: `X-Amz-Target: Prefix.constructor` must not find what every object inherits. */
function ownOperation(operations: Readonly<Record<string, Operation>>, name: string): Operation | undefined {
  return Object.hasOwn(operations, name) ? operations[name] : undefined;
}

function parseBody(body: Uint8Array): Record<string, unknown> {
  if (body.byteLength === 0) return {};
  try {
    const value: unknown = JSON.parse(Buffer.from(body).toString('utf8'));
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  } catch {
    // Falls through to the same refusal as any other body that is no object.
  }
  throw new ServiceFault('SerializationException', 'The request body is not a JSON object.');
}
