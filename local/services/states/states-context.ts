import type { DatabaseSync } from 'node:sqlite';
import type { Engine } from '#local/asl/engine.ts';
import type { HostClock } from '#local/clock.ts';
import type { statesArns } from './arn.ts';
import type { MachineStore } from './machine-store.ts';
import type { Registry } from './registry.ts';

/** What the operations of the service share. */
export interface StatesContext {
  readonly store: DatabaseSync;
  readonly clock: HostClock;
  readonly random: () => number;
  readonly engine: Engine;
  readonly machines: MachineStore;
  readonly registry: Registry;
  readonly arns: ReturnType<typeof statesArns>;
  readonly resources: readonly string[];
}
