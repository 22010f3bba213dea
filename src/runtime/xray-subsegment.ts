import { randomBytes } from 'node:crypto';
import { createSocket } from 'node:dgram';
import type { MiddlewareObj } from '@middy/core';
import { Refusal } from '#domain/refusal.ts';

/** What Lambda says of the invocation's trace, and where X-Ray's daemon listens. */
type Environment = Readonly<Record<string, string | undefined>>;

/** The function's part of a trace, begun and not yet ended. */
interface Subsegment {
  readonly id: string;
  readonly traceId: string;
  readonly parentId: string;
  readonly startedMs: number;
  readonly coldStart: boolean;
}

/** The first line of every message to the daemon. */
const preamble = '{"format":"json","version":1}\n';

/**
 * Tells X-Ray of a function's own part of a trace, next to the parts that Lambda tells of: how long it took, whether it was
 * the first of its process, and what kind of error it ended with. Does nothing where Lambda samples no trace.
 *
 * @param environment read at each invocation, because Lambda puts each one's trace there
 */
export function xraySubsegment(service: string, environment: Environment = process.env): MiddlewareObj {
  // As many invocations at once as the host has; Lambda's one at a time is one of them.
  const open = new WeakMap<object, Subsegment>();
  let first = true;
  const end = async (request: object, error?: unknown): Promise<void> => {
    const subsegment = open.get(request);
    open.delete(request);
    if (subsegment) await tell(documentOf(subsegment, service, environment, error), environment);
  };
  return {
    before(request) {
      const begun = begin(environment, first);
      first = false;
      if (begun) open.set(request, begun);
    },
    after: (request) => end(request),
    onError: (request) => end(request, request.error),
  };
}

function begin(environment: Environment, coldStart: boolean): Subsegment | undefined {
  const header = new URLSearchParams((environment['_X_AMZN_TRACE_ID'] ?? '').replaceAll(';', '&'));
  const [traceId, parentId] = [header.get('Root'), header.get('Parent')];
  const sampled = header.get('Sampled') === '1';
  if (!sampled || traceId === null || parentId === null) return undefined;
  if (environment['AWS_XRAY_DAEMON_ADDRESS'] === undefined) return undefined;
  return { id: randomBytes(8).toString('hex'), traceId, parentId, startedMs: Date.now(), coldStart };
}

/** As X-Ray's segment documents are. */
function documentOf(
  { id, traceId, parentId, startedMs, coldStart }: Subsegment,
  service: string,
  environment: Environment,
  error: unknown,
) {
  return {
    name: `## ${environment['_HANDLER'] ?? 'handler'}`,
    id,
    trace_id: traceId,
    parent_id: parentId,
    type: 'subsegment',
    start_time: startedMs / 1000,
    end_time: Date.now() / 1000,
    annotations: { ColdStart: coldStart, Service: service },
    ...(error !== undefined && outcomeOf(error)),
  };
}

/** A refusal is an expected no. Of any error only the kind: a message may hold what a trace must not. */
function outcomeOf(error: unknown) {
  const type = error instanceof Error ? error.name : typeof error;
  return {
    ...(error instanceof Refusal ? { error: true } : { fault: true }),
    cause: { exceptions: [{ id: randomBytes(8).toString('hex'), type }] },
  };
}

/** Waits until the datagram is out, since Lambda may freeze the process right afterwards. That it arrives matters less. */
async function tell(document: object, environment: Environment): Promise<void> {
  const [host, port] = (environment['AWS_XRAY_DAEMON_ADDRESS'] ?? '').split(':');
  const socket = createSocket('udp4');
  await new Promise<void>((resolve) => {
    // A trace that is lost is no reason for a request to fail.
    socket.once('error', () => resolve());
    socket.send(preamble + JSON.stringify(document), Number(port), host, () => resolve());
  });
  socket.close();
}
