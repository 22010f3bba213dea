import { invalidParameter, requestTooLarge } from './faults.ts';
import { parseFunctionName } from './function-names.ts';
import type { Invocation, InvocationResult } from './invocations.ts';
import type { Answer, Call, Route } from './rest-service.ts';

interface Invoker {
  invoke(invocation: Invocation): Promise<InvocationResult>;
  /** Answers the request id. */
  invokeLater(invocation: Pick<Invocation, 'functionName' | 'qualifier' | 'payload'>): string;
  /** Refuses what `invoke` would refuse. */
  check(invocation: Invocation): void;
}

const EVENT_LIMIT_BYTES = 1_048_576;
const REFUSED_HEADERS = ['x-amz-client-context', 'x-amz-tenant-id', 'x-amz-durable-execution-name'];

export function invokeOperation(invoker: Invoker): Route {
  return {
    on: 'POST /2015-03-31/functions/*/invocations',
    query: ['Qualifier'],
    answer: (call) => invoke(invoker, call),
  };
}

async function invoke(invoker: Invoker, call: Call): Promise<Answer> {
  const refused = REFUSED_HEADERS.find((name) => call.headers[name] !== undefined);
  if (refused !== undefined) throw invalidParameter(`${refused}: not supported by the local endpoint.`);
  const invocation = {
    ...parseFunctionName(call.names[0] ?? '', call.query.get('Qualifier') ?? undefined),
    payload: call.body,
    wantsLogTail: call.headers['x-amz-log-type'] === 'Tail',
  };
  const type = call.headers['x-amz-invocation-type'] ?? 'RequestResponse';
  switch (type) {
    case 'RequestResponse':
      return answered(await invoker.invoke(invocation));
    case 'Event':
      if (call.body.byteLength > EVENT_LIMIT_BYTES) {
        throw requestTooLarge(
          `Request must be smaller than ${EVENT_LIMIT_BYTES} bytes for the InvokeFunction operation`,
        );
      }
      return { status: 202, headers: { 'x-amzn-requestid': invoker.invokeLater(invocation) } };
    case 'DryRun':
      invoker.check(invocation);
      return { status: 204 };
    default:
      throw invalidParameter(`InvocationType "${type}" is none of RequestResponse, Event and DryRun.`);
  }
}

function answered(result: InvocationResult): Answer {
  return {
    status: 200,
    body: result.payload,
    headers: {
      'x-amz-executed-version': result.executedVersion,
      'x-amzn-requestid': result.requestId,
      ...(result.failed ? { 'x-amz-function-error': 'Unhandled' } : {}),
      ...(result.logTail === undefined ? {} : { 'x-amz-log-result': Buffer.from(result.logTail).toString('base64') }),
    },
  };
}
