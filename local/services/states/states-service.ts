import type { DatabaseSync } from 'node:sqlite';
import type { Engine } from '#local/asl/engine.ts';
import type { ExecutionRecord } from '#local/asl/execution-record.ts';
import { SUPPORTED } from '#local/asl/support.ts';
import type { HostClock } from '#local/clock.ts';
import { jsonService } from '#local/gateway/json-service.ts';
import type { WireService } from '#local/gateway/wire.ts';
import { aliasOperations } from './alias-operations.ts';
import { statesArns } from './arn.ts';
import { executionOperations } from './execution-operations.ts';
import { machineOperations } from './machine-operations.ts';
import { openMachineStore } from './machine-store.ts';
import { createRegistry } from './registry.ts';
import { startExecution } from './start-execution.ts';
import type { StatesContext } from './states-context.ts';
import { tokenOperations } from './token-operations.ts';
import { versionOperations } from './version-operations.ts';

interface StatesServiceOptions {
  readonly store: DatabaseSync;
  readonly clock: HostClock;
  /** Draws revision ids, names of executions and the version that an alias starts; from 0 up to, not including, 1. */
  readonly random: () => number;
  readonly engine: Engine;
  readonly region?: string;
  readonly accountId?: string;
  /** What Task states may name as their `Resource`. */
  readonly resources?: readonly string[];
}

/** Step Functions on the wire, and the way in for a task that starts an execution. */
export interface StatesService extends WireService {
  /** `StartExecution` by an attempt at a task, which finds again what it has started. */
  startNested(input: unknown, startedBy: string): ExecutionRecord;
}

/** What it does and refuses is in `behaviour.md`. */
export function statesService(options: StatesServiceOptions): StatesService {
  const { store, clock, random, engine, region = 'eu-west-1', accountId = '000000000000' } = options;
  const machines = openMachineStore(store);
  const context: StatesContext = {
    store,
    clock,
    random,
    engine,
    machines,
    registry: createRegistry(machines, engine.journal),
    arns: statesArns(region, accountId),
    resources: options.resources ?? SUPPORTED.resources,
  };
  const wire = jsonService({
    name: 'states',
    targetPrefix: 'AWSStepFunctions',
    version: '1.0',
    operations: {
      ...machineOperations(context),
      ...versionOperations(context),
      ...aliasOperations(context),
      ...executionOperations(context, region),
      ...tokenOperations(context),
    },
  });
  return { ...wire, startNested: (input, startedBy) => startExecution(context, input, startedBy) };
}
