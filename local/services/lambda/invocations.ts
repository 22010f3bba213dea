import { randomUUID } from 'node:crypto';
import { ServiceFault } from '../../gateway/wire.ts';
import type { HostClock } from '../../clock.ts';
import { chooseVersion } from './choose-version.ts';
import { requestTooLarge } from './faults.ts';
import { functionArn } from './function-names.ts';
import type { Outcome } from './outcome.ts';
import { LATEST } from './records.ts';
import { runRegistered } from './registered-functions.ts';
import { isVersion, requireAlias, requireFunction, requireVersion, type ServiceContext } from './service-context.ts';

export interface Invocation {
  readonly functionName: string;
  /** A version, `$LATEST` or an alias; `$LATEST` when absent. */
  readonly qualifier?: string | undefined;
  /** JSON; an empty payload is `{}`. */
  readonly payload: Uint8Array;
  /** Picks the version where an alias has weights; from 0 up to, not including, 1. */
  readonly random?: () => number;
  readonly requestId?: string;
  readonly wantsLogTail?: boolean;
}

export interface InvocationResult extends Outcome {
  readonly requestId: string;
  readonly executedVersion: string;
}

/** Finds what an invocation means before anything runs, so that a refusal is told even where the run comes later. */
export function prepareInvocation(
  context: ServiceContext,
  runClock: HostClock,
  invocation: Invocation,
): { executedVersion: string; run(): Promise<InvocationResult> } {
  const { functionName, qualifier } = invocation;
  const payload = invocation.payload.byteLength === 0 ? Buffer.from('{}') : invocation.payload;
  checkPayload(payload);
  const request = {
    requestId: invocation.requestId ?? randomUUID(),
    payload,
    invokedFunctionArn: functionArn(functionName, qualifier),
    wantsLogTail: invocation.wantsLogTail ?? false,
  };
  const registered = context.registered.get(functionName);
  if (registered && (qualifier === undefined || qualifier === LATEST)) {
    return {
      executedVersion: LATEST,
      run: async () => ({
        ...(await runRegistered(functionName, registered, request, context, runClock)),
        executedVersion: LATEST,
        requestId: request.requestId,
      }),
    };
  }
  requireFunction(context, functionName);
  context.settling.refuseInvoke(functionName);
  const executedVersion = versionFor(context, invocation);
  const version = requireVersion(context, functionName, executedVersion);
  return {
    executedVersion,
    run: async () => ({
      ...(await context.pools.of(version).run(request)),
      executedVersion,
      requestId: request.requestId,
    }),
  };
}

function versionFor(context: ServiceContext, { functionName, qualifier, random = Math.random }: Invocation): string {
  if (qualifier === undefined) return LATEST;
  if (isVersion(qualifier)) return qualifier;
  return chooseVersion(requireAlias(context, functionName, qualifier), random);
}

const PAYLOAD_LIMIT_BYTES = 6_291_456;

function checkPayload(payload: Uint8Array): void {
  if (payload.byteLength > PAYLOAD_LIMIT_BYTES) {
    throw requestTooLarge(`Request must be smaller than ${PAYLOAD_LIMIT_BYTES} bytes for the InvokeFunction operation`);
  }
  try {
    JSON.parse(Buffer.from(payload).toString('utf8'));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new ServiceFault('InvalidRequestContentException', `Could not parse request body into json: ${reason}`);
  }
}
