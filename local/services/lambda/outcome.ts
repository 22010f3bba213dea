/** How an invocation ended; `payload` is the handler's JSON, or the error document when `failed`. */
export interface Outcome {
  readonly failed: boolean;
  readonly payload: Buffer;
  /** The last 4 KB of the request's log, where it was asked for. */
  readonly logTail?: string;
}

export interface InvocationRequest {
  readonly requestId: string;
  readonly payload: Uint8Array;
  readonly invokedFunctionArn: string;
  readonly wantsLogTail: boolean;
}

/** An error document in the shape of Lambda's runtimes; Step Functions matches `errorType` against `ErrorEquals`. */
export function failure(errorType: string, errorMessage: string, trace?: readonly string[]): Outcome {
  const document = { errorType, errorMessage, ...(trace ? { trace } : {}) };
  return { failed: true, payload: Buffer.from(JSON.stringify(document)) };
}

export function timedOut(requestId: string, seconds: number): Outcome {
  const message = `RequestId: ${requestId} Error: Task timed out after ${seconds.toFixed(2)} seconds`;
  return failure('Sandbox.Timedout', message);
}

/** A process that ended in the middle of an invocation. */
export function exited(requestId: string): Outcome {
  return failure('Runtime.ExitError', `RequestId: ${requestId} Error: Runtime exited without providing a reason`);
}

const RESPONSE_LIMIT_BYTES = 6_291_556;

/** The outcome, unless its payload is over Lambda's limit for a synchronous answer. */
export function withinLimit(outcome: Outcome): Outcome {
  if (outcome.payload.byteLength <= RESPONSE_LIMIT_BYTES) return outcome;
  return failure(
    'Function.ResponseSizeTooLarge',
    `Response payload size exceeded maximum allowed payload size (${RESPONSE_LIMIT_BYTES} bytes).`,
  );
}
