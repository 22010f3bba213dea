import type { DatabaseSync } from 'node:sqlite';
import type { TaskShape } from './definition-shapes.ts';

export interface Tag {
  readonly key: string;
  readonly value: string;
}

export interface TaskDefinition {
  readonly arn: string;
  readonly family: string;
  readonly revision: number;
  status: 'ACTIVE' | 'INACTIVE';
  readonly registeredMs: number;
  deregisteredMs?: number;
  readonly shape: TaskShape;
  tags: readonly Tag[];
}

export interface ServiceDeployment {
  readonly id: string;
  status: 'PRIMARY' | 'ACTIVE';
  readonly definition: string;
  readonly createdMs: number;
  updatedMs: number;
  rolloutState: 'IN_PROGRESS' | 'COMPLETED' | 'FAILED';
  rolloutStateReason: string;
  /** In a row. */
  failedTasks: number;
  /** In a row: tasks that ended by themselves before they had run for long, whether they served or not. */
  shortLived: number;
  /** No task of it is started before, after failures. */
  notBeforeMs: number;
}

export interface LoadBalancerOfService {
  readonly targetGroupArn: string;
  readonly containerName: string;
  readonly containerPort: number;
}

export interface DeploymentConfiguration {
  readonly maximumPercent: number;
  readonly minimumHealthyPercent: number;
  readonly deploymentCircuitBreaker: { readonly enable: boolean; readonly rollback: boolean };
}

export interface ServiceEvent {
  readonly id: string;
  readonly atMs: number;
  readonly message: string;
}

export interface Service {
  readonly arn: string;
  readonly cluster: string;
  readonly name: string;
  readonly controller: 'ECS' | 'CODE_DEPLOY';
  readonly loadBalancers: readonly LoadBalancerOfService[];
  readonly createdMs: number;
  status: 'ACTIVE' | 'DRAINING' | 'INACTIVE';
  desiredCount: number;
  configuration: DeploymentConfiguration;
  graceSeconds: number;
  network?: unknown;
  tags: readonly Tag[];
  /** What the circuit breaker goes back to, where it is asked to. */
  lastCompleted?: { readonly definition: string; readonly deploymentId: string };
  /** The newest first; the first one is the PRIMARY. */
  deployments: ServiceDeployment[];
  /** The newest first. */
  events: readonly ServiceEvent[];
}

export interface Task {
  readonly id: string;
  readonly arn: string;
  readonly cluster: string;
  /** ARN of the service that it belongs to. */
  readonly service: string;
  readonly deploymentId: string;
  readonly definition: string;
  readonly createdMs: number;
  lastStatus: 'PENDING' | 'RUNNING' | 'DEACTIVATING' | 'STOPPING' | 'STOPPED';
  desiredStatus: 'RUNNING' | 'STOPPED';
  /** Of this machine, at which its container port is reached. */
  port?: number;
  imageDigest?: string;
  startedMs?: number;
  stoppingMs?: number;
  stoppedMs?: number;
  stoppedReason?: string;
  stopCode?: string;
  exitCode?: number;
  wasHealthy: boolean;
}

export interface EcsRecords {
  putCluster(name: string): void;
  hasCluster(name: string): boolean;
  clusters(): readonly string[];
  putDefinition(definition: TaskDefinition): void;
  /** Without a revision the latest active one. */
  definition(reference: { readonly family: string; readonly revision?: number }): TaskDefinition | undefined;
  definitions(): readonly TaskDefinition[];
  lastRevision(family: string): number;
  putService(service: Service): void;
  service(arn: string): Service | undefined;
  services(): readonly Service[];
  putTask(task: Task): void;
  task(arn: string): Task | undefined;
  /** Those that have stopped for not too long among them. */
  tasks(): readonly Task[];
  forgetStopped(beforeMs: number): void;
}

export function openEcsRecords(store: DatabaseSync): EcsRecords {
  store.exec(`
    CREATE TABLE IF NOT EXISTS ecs_cluster (name TEXT PRIMARY KEY) STRICT;
    CREATE TABLE IF NOT EXISTS ecs_definition (
      family TEXT NOT NULL, revision INTEGER NOT NULL, active INTEGER NOT NULL, record TEXT NOT NULL,
      PRIMARY KEY (family, revision)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE IF NOT EXISTS ecs_service (arn TEXT PRIMARY KEY, record TEXT NOT NULL) STRICT;
    CREATE TABLE IF NOT EXISTS ecs_task (
      seq INTEGER PRIMARY KEY AUTOINCREMENT, arn TEXT NOT NULL UNIQUE, stopped_ms INTEGER, record TEXT NOT NULL
    ) STRICT;
  `);
  const one = (sql: string, ...values: (string | number)[]): unknown => {
    const row = store.prepare(sql).get(...values);
    return row && JSON.parse(String(row['record']));
  };
  const many = (sql: string): readonly unknown[] =>
    store
      .prepare(sql)
      .all()
      .map((row): unknown => JSON.parse(String(row['record'])));

  return {
    putCluster: (name) => void store.prepare('INSERT OR IGNORE INTO ecs_cluster VALUES (?)').run(name),
    hasCluster: (name) => store.prepare('SELECT 1 FROM ecs_cluster WHERE name = ?').get(name) !== undefined,
    clusters: () =>
      store
        .prepare('SELECT name FROM ecs_cluster ORDER BY name')
        .all()
        .map((row) => String(row['name'])),
    putDefinition(definition) {
      const { family, revision, status } = definition;
      store
        .prepare('INSERT OR REPLACE INTO ecs_definition VALUES (?, ?, ?, ?)')
        .run(family, revision, status === 'ACTIVE' ? 1 : 0, JSON.stringify(definition));
    },
    definition: ({ family, revision }) =>
      (revision === undefined
        ? one(
            'SELECT record FROM ecs_definition WHERE family = ? AND active = 1 ORDER BY revision DESC LIMIT 1',
            family,
          )
        : one('SELECT record FROM ecs_definition WHERE family = ? AND revision = ?', family, revision)) as
        | TaskDefinition
        | undefined,
    definitions: () => many('SELECT record FROM ecs_definition ORDER BY family, revision') as readonly TaskDefinition[],
    lastRevision(family) {
      const row = store.prepare('SELECT max(revision) AS last FROM ecs_definition WHERE family = ?').get(family);
      return Number(row?.['last'] ?? 0);
    },
    putService: (service) =>
      void store.prepare('INSERT OR REPLACE INTO ecs_service VALUES (?, ?)').run(service.arn, JSON.stringify(service)),
    service: (arn) => one('SELECT record FROM ecs_service WHERE arn = ?', arn) as Service | undefined,
    services: () => many('SELECT record FROM ecs_service ORDER BY arn') as readonly Service[],
    putTask: (task) =>
      void store
        .prepare(
          `INSERT INTO ecs_task (arn, stopped_ms, record) VALUES (?, ?, ?)
           ON CONFLICT (arn) DO UPDATE SET stopped_ms = excluded.stopped_ms, record = excluded.record`,
        )
        .run(task.arn, task.stoppedMs ?? null, JSON.stringify(task)),
    task: (arn) => one('SELECT record FROM ecs_task WHERE arn = ?', arn) as Task | undefined,
    tasks: () => many('SELECT record FROM ecs_task ORDER BY seq') as readonly Task[],
    forgetStopped: (beforeMs) => void store.prepare('DELETE FROM ecs_task WHERE stopped_ms < ?').run(beforeMs),
  };
}
