import type { PoolBounds } from '#domain/runner-pool/scale-pool.ts';
import type { ArtifactRegistry } from './artifact-registry.ts';
import type { AuditLog } from './audit-log.ts';
import type { BlobStore } from './blob-store.ts';
import type { BuildCache } from './build-cache.ts';
import type { Claims } from './claims.ts';
import type { Clock } from './clock.ts';
import type { ColdLogs } from './cold-logs.ts';
import type { CommitStatuses } from './commit-statuses.ts';
import type { DeploymentStore } from './deployment-store.ts';
import type { Digest } from './digest.ts';
import type { EventBus } from './event-bus.ts';
import type { Evidence } from './evidence.ts';
import type { HotLogs } from './hot-logs.ts';
import type { HttpProbe } from './http-probe.ts';
import type { Ids } from './ids.ts';
import type { ImageRegistry } from './image-registry.ts';
import type { LogStore } from './log-store.ts';
import type { MetricSink } from './metric-sink.ts';
import type { NotificationLog } from './notification-log.ts';
import type { Notifier } from './notifier.ts';
import type { Outbox } from './outbox.ts';
import type { PushStore } from './push-store.ts';
import type { RecordArchive } from './record-archive.ts';
import type { RunnerPool } from './runner-pool.ts';
import type { RunnerQueue } from './runner-queue.ts';
import type { Seal } from './seal.ts';
import type { ServiceStore } from './service-store.ts';
import type { ShownStatuses } from './shown-statuses.ts';
import type { Signer } from './signer.ts';
import type { SpanExporter } from './span-exporter.ts';
import type { TokenVerifier } from './token-verifier.ts';
import type { TrafficShifter } from './traffic-shifter.ts';
import type { WebhookVerifier } from './webhook-verifier.ts';
import type { Workflows } from './workflows.ts';

/** Everything a use case can ask for; each takes a `Pick` of it. */
export interface Deps {
  readonly artifacts: ArtifactRegistry;
  readonly audit: AuditLog;
  readonly blobs: BlobStore;
  readonly buildCache: BuildCache;
  readonly bus: EventBus;
  readonly claims: Claims;
  readonly clock: Clock;
  readonly coldLogs: ColdLogs;
  readonly deployments: DeploymentStore;
  readonly digest: Digest;
  readonly evidence: Evidence;
  readonly hotLogs: HotLogs;
  readonly ids: Ids;
  readonly images: ImageRegistry;
  readonly logs: LogStore;
  readonly metrics: MetricSink;
  readonly notificationLog: NotificationLog;
  readonly notifier: Notifier;
  readonly outbox: Outbox;
  readonly probe: HttpProbe;
  readonly pushes: PushStore;
  readonly records: RecordArchive;
  readonly runners: RunnerPool;
  readonly runnerQueue: RunnerQueue;
  readonly seal: Seal;
  readonly services: ServiceStore;
  readonly settings: Settings;
  readonly shifter: TrafficShifter;
  readonly shown: ShownStatuses;
  readonly signer: Signer;
  readonly spans: SpanExporter;
  readonly statuses: CommitStatuses;
  readonly tokens: TokenVerifier;
  readonly webhooks: WebhookVerifier;
  readonly workflows: Workflows;
}

/** What differs between two installations. */
export interface Settings {
  /** The region of this installation and of all it releases into. */
  readonly region: string;
  /** Schemes a repository may have: `https`, `ssh`, and `file` where that is safe. */
  readonly repositorySchemes: readonly string[];
  /** What builds run with; another one makes another artifact. */
  readonly toolchain: string;
  /** How many deployments may have a runner at once, and how far that may be raised. */
  readonly runnerBounds: PoolBounds;
  /** `<registry>/<prefix>`: beneath it each service has its repository of images. */
  readonly imageRepositories: string;
  /** What images are made for, such as `linux/arm64`. */
  readonly imagePlatform: string;
  /** For targets registered without one: `http://{service}.{environment}.localhost:8080`. */
  readonly serviceUrlTemplate?: string;
  /** Records go to the archive so many months after their deployment was over. */
  readonly recordMonths: number;
  /** Logs go there so many days after their last line. */
  readonly logDays: number;
  /** Where a person looks at a deployment, with `{deploymentId}`. */
  readonly deploymentUrlTemplate?: string;
}
