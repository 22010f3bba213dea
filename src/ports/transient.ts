import * as z from 'zod';
import { Refusal } from '#domain/refusal.ts';

/** The parts of an error that the SDK, or Node beneath it, marks it by. */
const marked = z.object({
  name: z.string(),
  code: z.unknown().optional(),
  $fault: z.enum(['client', 'server']).optional(),
  $retryable: z.unknown().optional(),
  $metadata: z.object({ httpStatusCode: z.number().optional() }).optional(),
  CancellationReasons: z.array(z.object({ Code: z.string().optional() })).optional(),
});

/** Names that services give to "not now"; only few of them are marked as retryable in the SDK's models. */
const busyNames = [
  'ThrottlingException',
  'ThrottledException',
  'TooManyRequestsException',
  'RequestLimitExceeded',
  'ProvisionedThroughputExceededException',
  'TransactionInProgressException',
  'SlowDown',
  'TimeoutError',
];

/** Reasons of a cancelled transaction that are no answer to its conditions. */
const busyReasons = ['ThrottlingError', 'ProvisionedThroughputExceeded', 'TransactionConflict'];

const brokenConnections = ['ECONNRESET', 'ECONNREFUSED', 'EPIPE', 'ETIMEDOUT', 'EAI_AGAIN'];

/**
 * Whether what came through a port is an error that another attempt may get past: a refusal that says so, throttling, the
 * service's fault, the network.
 */
export function isTransient(error: unknown): boolean {
  if (error instanceof Refusal) return error.transient;
  const { data } = marked.safeParse(error);
  if (!data) return false;
  const { name, code, $fault, $retryable, $metadata, CancellationReasons = [] } = data;
  if (busyNames.includes(name) || brokenConnections.includes(String(code))) return true;
  if (CancellationReasons.some((reason) => busyReasons.includes(reason.Code ?? ''))) return true;
  if (!$metadata) return false;
  return (
    $fault === 'server' || Boolean($retryable) || [429, 500, 502, 503, 504].includes($metadata.httpStatusCode ?? 0)
  );
}

/** Why another attempt may get past it, in words for the list of steps; `undefined` for what is not transient. */
export function transientReason(error: unknown): string | undefined {
  if (!isTransient(error)) return undefined;
  if (error instanceof Refusal) return transientReason(error.cause) ?? 'busy';
  const { data } = marked.safeParse(error);
  if (brokenConnections.includes(String(data?.code)) || data?.name === 'TimeoutError') return 'not reachable';
  const isThrottled =
    busyNames.includes(data?.name ?? '') ||
    data?.$metadata?.httpStatusCode === 429 ||
    data?.CancellationReasons?.some(({ Code }) => Code !== undefined && busyReasons.includes(Code));
  return isThrottled ? 'throttled' : 'a fault of a service';
}
