import { resolve } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import type { HostClock } from '#local/clock.ts';
import { jsonService } from '#local/gateway/json-service.ts';
import type { WireService } from '#local/gateway/wire.ts';
import { announceBuilds, type Announce } from './announce-builds.ts';
import type { BlobAccess } from './blob-access.ts';
import type { LogWriter } from './build-log.ts';
import { buildOperations } from './build-operations.ts';
import { createBuildStore } from './build-store.ts';
import { createCodeBuildTables } from './codebuild-tables.ts';
import { fleetCapacity, fleetOperations } from './fleet-operations.ts';
import { hostBuilds } from './host-builds.ts';
import { projectOperations } from './project-operations.ts';
import type { SecretSources } from './resolve-variables.ts';

export interface CodeBuildService extends WireService {
  /** Resolves when the build has ended and nothing of it runs any more; rejects for a build that was never started. */
  ended(buildId: string): Promise<void>;
  /** At boot: ends what runs on from a killed host, marks its builds FAULT, and takes the queue and its events up again. */
  resume(): void;
  /** Ends all builds and leaves them open for the next boot; to be called before the store closes. */
  close(): Promise<void>;
  /** Takes the machine away from a build that runs, as a fault. */
  lose(buildId: string): void;
  running(): number;
  queued(): number;
}

export interface CodeBuildOptions {
  readonly store: DatabaseSync;
  readonly clock: HostClock;
  /** A directory that belongs to the builds alone. */
  readonly workspaceRoot: string;
  readonly s3: BlobAccess;
  readonly logs: LogWriter;
  /** Variables for every build, such as the endpoint and the credentials of this host. */
  readonly environment?: Readonly<Record<string, string>>;
  /** What variables of type SECRETS_MANAGER and PARAMETER_STORE refer to; without it they fail a build. */
  readonly secrets?: SecretSources;
  /** Takes the detail of "CodeBuild Build State Change"; a rejection is told again. */
  readonly onBuildStateChange?: Announce;
  /** How many run at once while there is no fleet. */
  readonly maxConcurrentBuilds: number;
}

/** The local CodeBuild: builds are process groups in fresh workspaces; see `behaviour.md`. */
export function createCodeBuild(options: CodeBuildOptions): CodeBuildService {
  const { store, clock } = options;
  createCodeBuildTables(store);
  const builds = createBuildStore(store);
  const announcer = announceBuilds({ store, clock, announce: options.onBuildStateChange });
  const host = hostBuilds({
    ...options,
    workspaceRoot: resolve(options.workspaceRoot),
    environment: options.environment ?? {},
    builds,
    announcer,
    maxConcurrentBuilds: () => fleetCapacity(store) ?? options.maxConcurrentBuilds,
  });
  const service = jsonService({
    name: 'codebuild',
    targetPrefix: 'CodeBuild_20161006',
    version: '1.1',
    operations: {
      ...projectOperations(store, clock),
      ...fleetOperations(store, () => host.startNext()),
      ...buildOperations({ store, clock, builds, announcer, host }),
    },
  });

  return {
    ...service,
    ended: (buildId) => host.ended(buildId),
    resume: () => host.resume(),
    close: () => host.close(),
    lose: (buildId) => host.lose(buildId),
    running: () => host.running(),
    queued: () => host.queued(),
  };
}
