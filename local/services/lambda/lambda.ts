import type { DatabaseSync } from 'node:sqlite';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { systemClock, type HostClock } from '../../clock.ts';
import type { WireService } from '../../gateway/wire.ts';
import { aliasOperations } from './alias-operations.ts';
import { createAsyncInvocations } from './async-invocations.ts';
import type { BlobAccess } from './blob-access.ts';
import { createCodeStore, type CodeStore } from './code-store.ts';
import { conflict, invalidParameter } from './faults.ts';
import { functionOperations } from './function-operations.ts';
import { prepareInvocation, type Invocation, type InvocationResult } from './invocations.ts';
import { invokeOperation } from './invoke-operation.ts';
import type { LogWriter } from './log-writer.ts';
import { createPools, type Pools } from './pools.ts';
import { openProcessLedger } from './process-ledger.ts';
import { LATEST, openRecords } from './records.ts';
import type { RegisteredFunction } from './registered-functions.ts';
import { restService } from './rest-service.ts';
import { createRuntimeApi } from './runtime-api.ts';
import type { ServiceContext } from './service-context.ts';
import { createSettling } from './settling.ts';
import { updateOperations } from './update-operations.ts';
import { versionOperations } from './version-operations.ts';

export interface LambdaOptions {
  readonly store: DatabaseSync;
  readonly clock: HostClock;
  /** Folder of the service's own for deployment packages, as zips and unpacked. */
  readonly workspaceRoot: string;
  readonly s3: BlobAccess;
  readonly logs?: LogWriter;
  /** Variables for every function that runs as a process, such as AWS_ENDPOINT_URL and credentials. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Time that running code is measured in; a virtual clock must not hurry a real process. Default: the system's. */
  readonly runClock?: HostClock;
  /** Most processes per version. Default 10; with 0 none is started and every invocation is throttled. */
  readonly mostEnvironments?: number;
  /** How long a process may be idle before it is ended; one of each version an alias names stays. Default 5 minutes. */
  readonly idleMs?: number;
}

/** The Lambda service: the wire, and the side that the host's other services use without one. */
export interface Lambda extends WireService {
  /** Adds a function of the control plane, which runs in this process. */
  register(name: string, registered: RegisteredFunction): void;
  /**
   * Invokes a function and waits for it; what the function did wrong is in the result.
   * @throws ServiceFault when it could not be invoked: `ResourceNotFoundException`, `TooManyRequestsException`, …
   */
  invoke(invocation: Invocation): Promise<InvocationResult>;
  /**
   * Accepts an event: persisted when this returns, tried up to three times. Answers the request id.
   * @throws ServiceFault when there is no such function
   */
  invokeLater(event: Pick<Invocation, 'functionName' | 'qualifier' | 'payload'>): string;
  /** Call once all functions are registered: ends what a killed host left behind, resumes events, warms the live versions. */
  start(): Promise<void>;
  /** Ends every process. Events under way are taken up by the next host. */
  close(): Promise<void>;
}

export function createLambda(options: LambdaOptions): Lambda {
  const { store, clock, runClock = systemClock } = options;
  const records = openRecords(store);
  const registered = new Map<string, RegisteredFunction>();
  const ledger = openProcessLedger(store);
  const api = createRuntimeApi();
  const code: CodeStore = createCodeStore(
    options.workspaceRoot,
    (sha) => records.isCodeUsed(sha) || pools.runsCode(sha),
  );
  const pools: Pools = createPools({
    host: { api, ledger, clock, runClock, hostVariables: options.environment ?? {}, logs: options.logs },
    records,
    code,
    clock,
    limit: options.mostEnvironments ?? 10,
    idleMs: options.idleMs ?? 300_000,
  });
  const context: ServiceContext = {
    clock,
    s3: options.s3,
    records,
    code,
    pools,
    settling: createSettling(clock),
    registered,
    logs: options.logs,
  };
  const invoke = async (invocation: Invocation): Promise<InvocationResult> =>
    prepareInvocation(context, runClock, invocation).run();
  const queue = createAsyncInvocations({
    store,
    clock,
    run: (event) => invoke({ ...event, requestId: event.id }),
  });
  const check = (invocation: Invocation): void => void prepareInvocation(context, runClock, invocation);
  const invokeLater: Lambda['invokeLater'] = (event) => {
    check(event);
    return queue.accept({ qualifier: undefined, ...event });
  };

  const service = restService('lambda', [
    ...functionOperations(context),
    ...updateOperations(context),
    ...versionOperations(context),
    ...aliasOperations(context),
    invokeOperation({ invoke, invokeLater, check }),
    { on: 'PUT /2017-10-31/functions/*/concurrency', answer: refuseConcurrency },
  ]);

  return {
    ...service,
    invoke,
    invokeLater,
    register(name, each) {
      if (records.version(name, LATEST)) throw conflict(`Function already exist: ${name}`);
      registered.set(name, each);
    },
    async start() {
      ledger.endOrphans();
      await rm(join(options.workspaceRoot, 'unpacking'), { recursive: true, force: true });
      queue.resume();
      for (const alias of records.aliases()) {
        for (const number of [alias.version, ...Object.keys(alias.additionalWeights)]) {
          const version = records.version(alias.functionName, number);
          if (version) pools.of(version).warm();
        }
      }
    },
    async close() {
      queue.close();
      await pools.close();
      await api.close();
    },
  };
}

function refuseConcurrency(): never {
  throw invalidParameter('ReservedConcurrentExecutions: not supported by the local endpoint.');
}
