import type { DatabaseSync } from 'node:sqlite';
import type { Engine } from '#local/asl/engine.ts';
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
import type { StatesContext } from './states-context.ts';
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

/** Step Functions on the wire. What it does and refuses is in `behaviour.md`. */
export function statesService(options: StatesServiceOptions): WireService {
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
  return jsonService({
    name: 'states',
    targetPrefix: 'AWSStepFunctions',
    version: '1.0',
    operations: {
      ...machineOperations(context),
      ...versionOperations(context),
      ...aliasOperations(context),
      ...executionOperations(context, region),
    },
  });
}
