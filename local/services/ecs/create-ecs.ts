import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import type { HostClock } from '#local/clock.ts';
import { jsonService } from '#local/gateway/json-service.ts';
import type { WireService } from '#local/gateway/wire.ts';
import type { LogWriter } from '../codebuild/build-log.ts';
import type { LoadBalancing } from '../elbv2/create-elbv2.ts';
import { openProcessLedger } from '../lambda/process-ledger.ts';
import { clusterOperations } from './cluster-operations.ts';
import { definitionOperations } from './definition-operations.ts';
import { launchProcesses, type Images, type SecretSources } from './launch-process.ts';
import type { LaunchTask } from './launch-task.ts';
import { openEcsRecords } from './records.ts';
import { createScheduler } from './scheduler.ts';
import { serviceOperations } from './service-operations.ts';
import { tagOperations } from './tag-operations.ts';
import { taskOperations } from './task-operations.ts';

export interface Ecs extends WireService {
  /** At boot, once the endpoint's port is known: ends what a killed host left, and brings services back to their tasks. */
  resume(): void;
  /** Ends all tasks and leaves their records to the next boot; to be called before the store closes. */
  close(): Promise<void>;
}

export interface EcsOptions {
  readonly store: DatabaseSync;
  readonly clock: HostClock;
  /** A directory of the service's own, for unpacked images. */
  readonly directory: string;
  readonly balancing: Pick<LoadBalancing, 'targets' | 'stateOf'>;
  readonly images: Images;
  readonly secrets: SecretSources;
  readonly logs: LogWriter;
  /** Variables for every task, such as the endpoint and the credentials of this host. */
  readonly environment: Readonly<Record<string, string>>;
  /** How tasks are started. Default: as processes. */
  readonly launch?: LaunchTask;
}

/** The local ECS: tasks are process groups in unpacked images; see `behaviour.md`. */
export function createEcs(options: EcsOptions): Ecs {
  const { store, clock, balancing } = options;
  const records = openEcsRecords(store);
  const ledger = openProcessLedger(store, 'ecs_process');
  const launch =
    options.launch ??
    launchProcesses({
      ...options,
      directory: join(options.directory, 'roots'),
      ledger,
      hostVariables: options.environment,
    });
  const scheduler = createScheduler({ clock, records, targets: balancing.targets, launch });
  const context = { clock, records, balancing, scheduler };

  return {
    ...jsonService({
      name: 'ecs',
      targetPrefix: 'AmazonEC2ContainerServiceV20141113',
      version: '1.1',
      operations: {
        ...clusterOperations(context),
        ...definitionOperations(context),
        ...serviceOperations(context),
        ...taskOperations(context),
        ...tagOperations(context),
      },
    }),
    resume() {
      ledger.endOrphans();
      scheduler.resume();
    },
    close: () => scheduler.close(),
  };
}
