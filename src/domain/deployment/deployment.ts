import type { DeploymentStatus, StepName, StepStatus } from '#schemas/workflows/status.ts';
import type { Failure } from '#schemas/workflows/failure.ts';
import type { ReportSummary } from '#schemas/workflows/report-summary.ts';
import type { Manifest } from '#schemas/service/manifest.ts';
import type { ChainHead } from '../event/chain.ts';
import type { TargetRef } from '../service/service.ts';

/** The commit as the source step found it. */
export interface Source {
  readonly tree: string;
  readonly subject: string;
  readonly author: string;
  readonly key: string;
}

/** What the build made: one zip, named by its own digest. */
export interface Artifact {
  readonly digest: string;
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
}

/** One deployment: one commit on its way to one environment. */
export interface Deployment {
  readonly id: string;
  readonly service: string;
  readonly environment: string;
  readonly commit: string;
  readonly kind: 'release';
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
  readonly actor: string;
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
}

/** A deployment with the attempts of its steps, in order. */
export interface DeploymentRecord {
  readonly deployment: Deployment;
  readonly steps: readonly Step[];
}
