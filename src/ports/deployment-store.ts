import type { Slot } from '#domain/deployment/admit.ts';
import type { Decision } from '#domain/deployment/decision.ts';
import type { Artifact, Deployment, DeploymentRecord } from '#domain/deployment/deployment.ts';
import type { EnvironmentState } from '#domain/service/service.ts';
import type { DeploymentStatus } from '#schemas/workflows/status.ts';

/** How a commit ended. Every kind but `committed` wrote nothing at all. */
export type CommitOutcome =
  | 'committed'
  /** Somebody else changed the deployment first: load and decide again. */
  | 'revision_conflict'
  /** The same commit is on its way to the same environment already. */
  | 'lock_taken'
  /** The slot is held by, or has passed to, another deployment. */
  | 'slot_lost'
  /** The caller's idempotency key is used already. */
  | 'request_known';

export interface DeploymentQuery {
  readonly service?: string | undefined;
  readonly environment?: string | undefined;
  readonly status?: DeploymentStatus | undefined;
  /** Instants; `from` inclusive, `to` exclusive. */
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  readonly limit: number;
  /** Where the last page ended. */
  readonly after?: ListPosition;
}

/** The place of a row in the list, newest first. */
export interface ListPosition {
  readonly createdAt: string;
  readonly id: string;
}

export interface DeploymentPage {
  readonly items: readonly Deployment[];
  /** Present when there is more. */
  readonly next?: ListPosition;
}

export interface RememberedRequest {
  readonly deploymentId: string;
  /** Digest of what was asked for under this key. */
  readonly digest: string;
}

/** A build that began for one run of a deployment. */
export interface StartedBuild {
  /** As the runner knows it: `<project>:<uuid>`. */
  readonly buildId: string;
  /** Absent where whoever started it did not say. */
  readonly run?: number;
}

/** The records of deployments. Reads of one deployment are strongly consistent; lists may be a moment behind. */
export interface DeploymentStore {
  /** The one way to write: state, locks, step rows and outbox rows in one transaction. */
  commit(decision: Decision): Promise<CommitOutcome>;
  find(id: string): Promise<Deployment | undefined>;
  /** With the attempts of its steps, in order of step and attempt, and with its commands, oldest first. */
  load(id: string): Promise<DeploymentRecord | undefined>;
  findInProgress(service: string, environment: string, commit: string): Promise<string | undefined>;
  findRemembered(key: string): Promise<RememberedRequest | undefined>;
  slot(service: string, environment: string): Promise<Slot>;
  environment(service: string, environment: string): Promise<EnvironmentState>;
  findArtifact(service: string, tree: string, identity: string): Promise<Artifact | undefined>;
  list(query: DeploymentQuery): Promise<DeploymentPage>;
  /** Deployments that are not over and that nothing has touched since an instant, read page by page. */
  untouchedSince(instant: string): AsyncIterable<Deployment>;
  /** Ids of all deployments that stand in line for their environment. */
  waitingForSlot(): Promise<ReadonlySet<string>>;
  /** What wakes the machine of a deployment that waits for a person. */
  approvalToken(deploymentId: string): Promise<string | undefined>;
  /** Remembers a build that began for a deployment. To be called before its record is looked at: see `onBuildStarted`. */
  putBuild(deploymentId: string, build: StartedBuild): Promise<void>;
  /** Every build that began for a deployment, whether or not it still runs. */
  builds(deploymentId: string): Promise<readonly StartedBuild[]>;
  /** Ids of deployments that wait for a person, the longest waiting first. */
  awaitingApproval(limit: number): Promise<{ readonly ids: readonly string[]; readonly more: boolean }>;
  /** How many deployments wait for a slot, counted up to 1,000. */
  queueDepth(): Promise<number>;
}
