import type { HostClock } from '../../clock.ts';
import { capturingOutput } from './capture-output.ts';
import { functionArn } from './function-names.ts';
import type { LogWriter } from './log-writer.ts';
import { exited, failure, timedOut, withinLimit, type InvocationRequest, type Outcome } from './outcome.ts';
import { asInvocation } from './running-invocation.ts';

/** The part of Lambda's context that a handler in this process gets. */
export interface HandlerContext {
  readonly awsRequestId: string;
  readonly functionName: string;
  readonly functionVersion: '$LATEST';
  readonly invokedFunctionArn: string;
  readonly memoryLimitInMB: string;
  readonly logGroupName: string;
  readonly logStreamName: string;
  callbackWaitsForEmptyEventLoop: boolean;
  getRemainingTimeInMillis(): number;
}

/** A function of the control plane: its handler runs in the host's own process. */
export interface RegisteredFunction {
  readonly timeoutSeconds: number;
  readonly handler: (event: unknown, context: HandlerContext) => Promise<unknown>;
  /** Told when its process ended, as far as anybody can tell: the next invocation finds nothing of it in memory. */
  readonly exited?: () => void;
}

const MEMORY_MEGABYTES = 512;

/** Its `FunctionConfiguration`; there is no package to give a digest of. */
export function describeRegistered(name: string, registered: RegisteredFunction) {
  return {
    FunctionName: name,
    FunctionArn: functionArn(name),
    Version: '$LATEST',
    Description: 'Runs in the process of the local host.',
    Runtime: 'nodejs24.x',
    Timeout: registered.timeoutSeconds,
    MemorySize: MEMORY_MEGABYTES,
    State: 'Active',
    LastUpdateStatus: 'Successful',
  };
}

/**
 * Runs a handler in this process; event and result are copied through JSON as they would be on the way to a real one.
 * What it prints goes to its log group as well.
 * After a time-out the handler runs on, since nothing can end it; its result is dropped.
 */
export async function runRegistered(
  name: string,
  { timeoutSeconds, handler, exited: forget }: RegisteredFunction,
  request: InvocationRequest,
  { logs, clock }: { readonly logs: LogWriter | undefined; readonly clock: HostClock },
  runClock: HostClock,
): Promise<Outcome> {
  const deadlineMs = runClock.now() + timeoutSeconds * 1000;
  const context: HandlerContext = {
    awsRequestId: request.requestId,
    functionName: name,
    functionVersion: '$LATEST',
    invokedFunctionArn: request.invokedFunctionArn,
    memoryLimitInMB: String(MEMORY_MEGABYTES),
    logGroupName: `/aws/lambda/${name}`,
    logStreamName: request.requestId,
    callbackWaitsForEmptyEventLoop: false,
    getRemainingTimeInMillis: () => Math.max(0, deadlineMs - runClock.now()),
  };
  const event: unknown = JSON.parse(Buffer.from(request.payload).toString('utf8'));
  const late = Promise.withResolvers<Outcome>();
  const cancel = runClock.after(timeoutSeconds * 1000, () => {
    forget?.();
    late.resolve(timedOut(request.requestId, timeoutSeconds));
  });
  const invocation = {
    functionName: name,
    requestId: request.requestId,
    exit() {
      forget?.();
      late.resolve(exited(request.requestId));
    },
  };
  try {
    const outcome = capturingOutput(
      (lines) => {
        const events = lines.map((message) => ({ timestamp: clock.now(), message }));
        logs?.put(context.logGroupName, context.logStreamName, events);
      },
      () => asInvocation(invocation, () => outcomeOf(handler, event, context)),
    );
    return await Promise.race([outcome, late.promise]);
  } finally {
    cancel();
  }
}

async function outcomeOf(
  handler: RegisteredFunction['handler'],
  event: unknown,
  context: HandlerContext,
): Promise<Outcome> {
  let result: unknown;
  try {
    result = await handler(event, context);
  } catch (error) {
    if (!(error instanceof Error)) return failure(typeof error, String(error), []);
    return failure(error.name, error.message, (error.stack ?? '').split('\n'));
  }
  try {
    return withinLimit({ failed: false, payload: Buffer.from(JSON.stringify(result ?? null)) });
  } catch {
    return failure('Runtime.MarshalError', 'Unable to stringify response body');
  }
}
