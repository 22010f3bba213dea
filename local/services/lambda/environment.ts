import { randomBytes } from 'node:crypto';
import type { HostClock } from '../../clock.ts';
import { exitReason, startProcess } from './environment-process.ts';
import type { LogWriter } from './log-writer.ts';
import { failure, timedOut, withinLimit, type InvocationRequest, type Outcome } from './outcome.ts';
import { killGroup, type ProcessLedger } from './process-ledger.ts';
import type { FunctionVersion } from './records.ts';
import type { RuntimeApi, RuntimeEvent } from './runtime-api.ts';
import { createTranscript } from './transcript.ts';

/** One process that runs the code of one version, one event at a time. */
export interface Environment {
  /** Call only after `idle` and before the next `idle`. Never rejects: a crash or time-out is an outcome. */
  invoke(request: InvocationRequest): Promise<Outcome>;
  /** Ends the process, whatever it does. */
  end(): void;
}

export interface EnvironmentEvents {
  /** The process waits for an event: after its start, and after each answer. */
  idle(): void;
  /** The process is gone; `whyNotStarted` tells the outcome for those who waited for its start. */
  ended(whyNotStarted?: (requestId: string) => Outcome): void;
}

export interface EnvironmentHost {
  readonly api: RuntimeApi;
  readonly ledger: ProcessLedger;
  readonly clock: HostClock;
  /** Time in which running code is measured. */
  readonly runClock: HostClock;
  readonly hostVariables: Readonly<Record<string, string>>;
  readonly logs: LogWriter | undefined;
}

const INIT_LIMIT_SECONDS = 10;
// How long the output of a dead process may take to arrive when something it started keeps its pipes open.
const LAST_OUTPUT_MS = 250;

/** Starts a process; `events` are told only after this returned. The Runtime API must be listening. */
export function startEnvironment(
  host: EnvironmentHost,
  version: FunctionVersion,
  taskRoot: string,
  events: EnvironmentEvents,
): Environment {
  const logGroup = `/aws/lambda/${version.functionName}`;
  const day = new Date(host.clock.now()).toISOString().slice(0, 10).replaceAll('-', '/');
  const logStream = `${day}/[${version.version}]${randomBytes(16).toString('hex')}`;
  const transcript = createTranscript(version.memoryMegabytes, (lines) => {
    const timestamp = host.clock.now();
    host.logs?.put(
      logGroup,
      logStream,
      lines.map((message) => ({ timestamp, message })),
    );
  });

  let deliver: ((event: RuntimeEvent) => void) | undefined;
  let current: { request: InvocationRequest; settle(outcome: Outcome): void } | undefined;
  let started = false;
  let killedFor: ((requestId: string) => Outcome) | undefined;
  let initFailure: Outcome | undefined;

  const session = host.api.attach({
    next(handOver) {
      deliver = handOver;
      if (!started) cancelInitLimit();
      started = true;
      events.idle();
    },
    settled(requestId, succeeded, payload) {
      if (current?.request.requestId !== requestId || killedFor) return false;
      current.settle(withinLimit({ failed: !succeeded, payload }));
      return true;
    },
    initFailed(payload) {
      initFailure = { failed: true, payload };
    },
  });
  const child = startProcess({
    version,
    taskRoot,
    logGroup,
    logStream,
    runtimeApi: session.address,
    hostVariables: host.hostVariables,
  });
  const kill = (outcome?: (requestId: string) => Outcome): void => {
    killedFor ??= outcome;
    if (child.pid !== undefined) killGroup(child.pid);
  };
  const initSeconds = Math.max(INIT_LIMIT_SECONDS, version.timeoutSeconds);
  const cancelInitLimit = host.runClock.after(initSeconds * 1000, () => kill((id) => timedOut(id, initSeconds)));

  if (child.pid !== undefined) host.ledger.started(child.pid);
  child.stdout?.on('data', (chunk: Buffer) => transcript.feed('stdout', chunk));
  child.stderr?.on('data', (chunk: Buffer) => transcript.feed('stderr', chunk));
  void exitOf(child).then((reason) => {
    cancelInitLimit();
    session.detach();
    if (child.pid !== undefined) host.ledger.ended(child.pid);
    const outcome = killedFor ?? ((id: string) => failure('Runtime.ExitError', `RequestId: ${id} Error: ${reason}`));
    current?.settle(outcome(current.request.requestId));
    transcript.cutOff();
    events.ended(started ? undefined : (id) => initFailure ?? outcome(id));
  });

  return {
    invoke(request) {
      const { promise, resolve } = Promise.withResolvers<Outcome>();
      const startedMs = performance.now();
      const timeoutMs = version.timeoutSeconds * 1000;
      const cancelTimeout = host.runClock.after(timeoutMs, () => kill((id) => timedOut(id, version.timeoutSeconds)));
      current = {
        request,
        settle(outcome) {
          cancelTimeout();
          current = undefined;
          const tail = transcript.answered(request.requestId, performance.now() - startedMs);
          if (request.wantsLogTail) void tail.then((logTail) => resolve({ ...outcome, logTail }));
          else resolve(outcome);
        },
      };
      transcript.begin(request.requestId, version.version);
      deliver?.({
        requestId: request.requestId,
        payload: request.payload,
        deadlineMs: host.runClock.now() + timeoutMs,
        invokedFunctionArn: request.invokedFunctionArn,
      });
      deliver = undefined;
      return promise;
    },
    end: () => kill(),
  };
}

/** Resolves with the reason once a process has ended and its output has arrived. Never rejects. */
function exitOf(child: ReturnType<typeof startProcess>): Promise<string> {
  return new Promise((resolve) => {
    child.once('error', (error) => resolve(`Runtime could not be started: ${error.message}`));
    child.once('exit', (code, signal) => {
      // What the process left running in its group would keep the pipes open, and the machine busy.
      if (child.pid !== undefined) killGroup(child.pid);
      const done = (): void => {
        clearTimeout(limit);
        resolve(exitReason(code, signal));
      };
      const limit = setTimeout(done, LAST_OUTPUT_MS);
      child.once('close', done);
    });
  });
}
