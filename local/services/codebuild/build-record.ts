import { buildArn } from './codebuild-arn.ts';
import type { ArtifactsSettings, EnvironmentSettings, SourceSettings } from './project-shapes.ts';

export type BuildStatus = 'IN_PROGRESS' | 'SUCCEEDED' | 'FAILED' | 'FAULT' | 'TIMED_OUT' | 'STOPPED';
export type EndStatus = Exclude<BuildStatus, 'IN_PROGRESS'>;

export type PhaseType =
  | 'SUBMITTED'
  | 'QUEUED'
  | 'PROVISIONING'
  | 'DOWNLOAD_SOURCE'
  | 'INSTALL'
  | 'PRE_BUILD'
  | 'BUILD'
  | 'POST_BUILD'
  | 'UPLOAD_ARTIFACTS'
  | 'FINALIZING'
  | 'COMPLETED';

export interface PhaseContext {
  readonly statusCode: string;
  readonly message: string;
}

export interface BuildPhase {
  readonly phaseType: PhaseType;
  readonly phaseStatus?: EndStatus;
  /** Seconds since the epoch, as everywhere on this wire. */
  readonly startTime: number;
  readonly endTime?: number;
  readonly durationInSeconds?: number;
  readonly contexts?: readonly PhaseContext[];
}

/** A build as `BatchGetBuilds` answers it. */
export interface BuildRecord {
  readonly id: string;
  readonly arn: string;
  readonly buildNumber: number;
  readonly projectName: string;
  readonly startTime: number;
  readonly endTime?: number;
  readonly currentPhase: PhaseType;
  readonly buildStatus: BuildStatus;
  readonly buildComplete: boolean;
  readonly phases: readonly BuildPhase[];
  readonly sourceVersion?: string;
  readonly source: SourceSettings;
  readonly secondarySources: readonly SourceSettings[];
  readonly artifacts: { readonly location: string; readonly sha256sum?: string; readonly md5sum?: string };
  readonly cache: { readonly type: 'NO_CACHE' };
  readonly environment: EnvironmentSettings & {
    readonly environmentVariables: NonNullable<EnvironmentSettings['environmentVariables']>;
  };
  readonly serviceRole: string;
  readonly encryptionKey?: string;
  readonly logs: {
    readonly groupName?: string;
    readonly streamName?: string;
    readonly cloudWatchLogsArn?: string;
    readonly cloudWatchLogs: { readonly status: 'ENABLED' | 'DISABLED' };
  };
  readonly timeoutInMinutes: number;
  readonly queuedTimeoutInMinutes: number;
  readonly initiator: string;
  readonly exportedEnvironmentVariables?: readonly { readonly name: string; readonly value: string }[];
}

/** A build with what its record does not show: where its artifacts are to go. */
export interface StoredBuild {
  readonly build: BuildRecord;
  readonly artifacts: ArtifactsSettings;
}

/** The part of a build's id that is its own; it also names the log stream and the workspace. */
export function buildUuid(build: { readonly id: string }): string {
  return build.id.slice(build.id.lastIndexOf(':') + 1);
}

export function newBuildIdentity(projectName: string): { readonly id: string; readonly arn: string } {
  const id = `${projectName}:${crypto.randomUUID()}`;
  return { id, arn: buildArn(id) };
}
