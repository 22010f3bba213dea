import type { Gateway } from './gateway.ts';
import type { ServiceFault } from './wire.ts';

interface JsonCall {
  /** Name of the service in the credential scope, for instance `states`. */
  readonly service: string;
  /** The whole `X-Amz-Target`, for instance `AWSStepFunctions.StartExecution`. */
  readonly target: string;
  readonly version: '1.0' | '1.1';
}

/** An error answer of a service; `name` is the AWS code, as on the exceptions of an SDK. */
export class AwsFault extends Error {
  override readonly name: string;
  readonly status: number;
  /** As SDK exceptions have it: tells an answer of the service from a call that never reached it. */
  readonly $metadata: { readonly httpStatusCode: number };
  /** The whole error body, with further members such as `CancellationReasons`. */
  readonly members: Readonly<Record<string, unknown>>;

  constructor(status: number, members: Readonly<Record<string, unknown>>) {
    super(typeof members['message'] === 'string' ? members['message'] : `HTTP ${status}`);
    this.name = typeof members['__type'] === 'string' ? members['__type'] : 'UnknownError';
    this.status = status;
    this.$metadata = { httpStatusCode: status };
    this.members = members;
  }

  /** What a client would have been told of a fault that a service threw. */
  static of(fault: ServiceFault): AwsFault {
    return new AwsFault(fault.status, { __type: fault.code, message: fault.message, ...fault.members });
  }
}

/**
 * Calls one operation of a JSON service in process, for callers inside the host that need no SDK client.
 *
 * @throws AwsFault whose `name` is the AWS code
 */
export async function callJson(
  gateway: Gateway,
  call: JsonCall,
  input: Readonly<Record<string, unknown>>,
): Promise<Record<string, unknown>> {
  const answer = await gateway.handle({
    method: 'POST',
    path: '/',
    query: new URLSearchParams(),
    headers: {
      authorization: `AWS4-HMAC-SHA256 Credential=local/20260101/eu-west-1/${call.service}/aws4_request`,
      'content-type': `application/x-amz-json-${call.version}`,
      'x-amz-target': call.target,
    },
    body: Buffer.from(JSON.stringify(input)),
  });
  const output = JSON.parse(Buffer.from(answer.body).toString('utf8')) as Record<string, unknown>;
  if (answer.status >= 300) throw new AwsFault(answer.status, output);
  return output;
}
