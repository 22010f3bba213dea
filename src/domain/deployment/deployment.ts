import type { DeploymentStatus, StepName, StepStatus } from '#schemas/workflows/status.ts';
import type { Failure } from '#schemas/workflows/failure.ts';
import type { PushOrigin } from '#schemas/workflows/push-origin.ts';
import type { ReportSummary } from '#schemas/workflows/report-summary.ts';
import type { CacheNote, RetryNote } from '#schemas/workflows/stage-notes.ts';
import type { ArtifactFormat } from '#schemas/workflows/artifact-format.ts';
import type { Manifest } from '#schemas/service/manifest.ts';
import type { ChainHead } from '../event/chain.ts';
import type { Approval } from './approval.ts';
import type { ApprovalRule } from './approval-in-force.ts';
import type { Command } from './command.ts';
import type { TargetRef } from '../service/service.ts';

/** The commit as the source step found it. */
export interface Source {
  readonly tree: string;
  readonly subject: string;
  readonly author: string;
  readonly key: string;
}

/** What the build made: a zip for Lambda or a container image, named by its own digest. */
export interface Artifact {
  readonly format: ArtifactFormat;
  /** SHA-256 in hexadecimal: of the zip, or of the image's manifest. */
  readonly digest: string;
  /** Where it lies: the zip's key in the blob store, or the image's name, `<registry>/<repository>@sha256:<digest>`. */
  readonly key: string;
  readonly sizeBytes: number;
  /** Digest of everything that defines the artifact; equal identity means the build need not run again. */
  readonly identity: string;
  readonly signatureKey: string;
}

/** Where the artifact went out to. */
export interface Release {
  readonly version: string;
  /** As registered when the release began; the registration may name another one since. */
  readonly target: TargetRef;
  /** The version of the same function that served before, when there was one of ours. */
  readonly baselineVersion?: string;
  /** True once any traffic may have reached the new version. */
  readonly trafficMoved: boolean;
  readonly move?: Move;
  /** The move back to the baseline, once there is one. */
  readonly back?: Move;
}

/** A move of traffic, recorded before it is made. */
export interface Move {
  readonly percent: number;
  /** The balancer's state that it moves from; while the balancer is in it, the move is not made yet. */
  readonly revision: string;
  readonly atMs: number;
}

/** Somebody who asked for work to be done. */
export interface Trigger {
  readonly subject: string;
  readonly email?: string;
}

/** One deployment: one commit on its way to one environment. */
export interface Deployment {
  readonly id: string;
  readonly service: string;
  readonly environment: string;
  readonly commit: string;
  readonly kind: 'release' | 'rollback';
  readonly status: DeploymentStatus;
  /** 1, and one more for each retry. */
  readonly run: number;
  readonly createdAt: string;
  readonly createdAtMs: number;
  readonly updatedAt: string;
  readonly startedAt?: string;
  readonly startedAtMs?: number;
  readonly finishedAt?: string;
  readonly finishedAtMs?: number;
  /** When it last began to wait for its environment; a retry waits anew. Absent: since it was asked for. */
  readonly queuedAt?: string;
  readonly queuedAtMs?: number;
  readonly actor: string;
  /** E-mail address of the actor, when the token had one. */
  readonly actorEmail?: string;
  /** Who asked for the present run, when it is a retry. */
  readonly triggeredBy?: Trigger;
  /** All who asked for earlier runs, or for the deployment that this one goes on from: none of them may approve. */
  readonly earlierTriggers?: readonly Trigger[];
  readonly correlationId: string;
  readonly traceId: string;
  /** Grows with every commit; a write is made only on the revision that its decision saw. */
  readonly rev: number;
  readonly chain: ChainHead;
  /** The slot's fence while this deployment holds the slot. */
  readonly fence?: number;
  /** Builds that the machine was told to start, over all runs: as many log streams are expected. */
  readonly builds?: number;
  readonly source?: Source;
  readonly manifest?: Manifest;
  readonly identity?: string;
  readonly artifact?: Artifact;
  readonly release?: Release;
  readonly failure?: Failure;
  readonly supersededBy?: string;
  /** How many commands there are. */
  readonly commands?: number;
  /** Somebody wants it to end. */
  readonly cancel?: { readonly by: string; readonly at: string; readonly reason?: string };
  /** The approval that this release needs, by the release that serves. */
  readonly approvalRule?: ApprovalRule;
  /** Of a rollback: the approval that was in force when it was asked for, and goes on being so. */
  readonly standingApproval?: ApprovalRule;
  readonly approval?: Approval;
  /** The push that set it off, at once or by way of promotions. */
  readonly origin?: PushOrigin;
  /** The deployment whose success asked for this one. */
  readonly promotedFrom?: string;
  /** Of a rollback: the deployment whose release served when it began. */
  readonly rollbackOf?: string;
  /** Of a rollback: the deployment whose release is restored; always one of kind `release`. */
  readonly rollbackTo?: string;
  /** Of a rollback: why, in the words of whoever asked. */
  readonly rollbackReason?: string;
  /** The finished rollback that put an earlier release in the place of this one's; the status stays `succeeded`. */
  readonly rolledBackBy?: string;
  /** It lies in the archive, where nothing changes any more. */
  readonly archived?: true;
}

/** One attempt of one step. */
export interface Step {
  readonly deploymentId: string;
  readonly name: StepName;
  readonly run: number;
  /** Counts over the whole deployment, so no attempt is ever overwritten. */
  readonly attempt: number;
  readonly status: StepStatus;
  readonly startedAt: string;
  readonly startedAtMs: number;
  readonly finishedAt?: string;
  readonly durationMs?: number;
  readonly buildId?: string;
  readonly reports?: readonly ReportSummary[];
  readonly failure?: Failure;
  /** Its result is that of an earlier build. */
  readonly cache?: CacheNote;
  /** Faults that passed, within this attempt. */
  readonly retries?: readonly RetryNote[];
  /** What ended this attempt, in words, when it passes by itself: another attempt follows. */
  readonly triedAgain?: string;
}

/** A deployment with the attempts of its steps, in order. */
export interface DeploymentRecord {
  readonly deployment: Deployment;
  readonly steps: readonly Step[];
  /** What people asked for, oldest first. */
  readonly commands?: readonly Command[];
}
