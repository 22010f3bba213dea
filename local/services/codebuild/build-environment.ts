import { dirname } from 'node:path';
import { buildUuid, type BuildRecord } from './build-record.ts';
import { CODEBUILD_REGION } from './codebuild-arn.ts';
import type { ResolvedVariables } from './resolve-variables.ts';
import { parseS3Location } from './s3-location.ts';
import type { Workspace } from './workspace.ts';

// Builds find the very Node that runs this host, then what the machine has.
const PATH = `${dirname(process.execPath)}:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin`;

/** All that a build's commands see: nothing of the host's own environment. What stands later wins, as on AWS. */
export function buildEnvironment(options: {
  readonly build: BuildRecord;
  readonly workspace: Workspace;
  readonly host: Readonly<Record<string, string>>;
  readonly variables: ResolvedVariables;
}): Record<string, string> {
  const { build, workspace } = options;
  return {
    PATH,
    HOME: workspace.home,
    TMPDIR: workspace.temporary,
    LANG: 'C.UTF-8',
    AWS_REGION: CODEBUILD_REGION,
    AWS_DEFAULT_REGION: CODEBUILD_REGION,
    ...options.host,
    ...options.variables.values,
    ...codeBuildVariables(build, workspace),
  };
}

function codeBuildVariables(build: BuildRecord, workspace: Workspace): Record<string, string> {
  const location = build.source.type === 'S3' ? parseS3Location(build.source.location ?? '') : undefined;
  return {
    CODEBUILD_BUILD_ARN: build.arn,
    CODEBUILD_BUILD_ID: build.id,
    CODEBUILD_BUILD_IMAGE: build.environment.image,
    CODEBUILD_BUILD_NUMBER: String(build.buildNumber),
    CODEBUILD_BUILD_SUCCEEDING: '1',
    CODEBUILD_INITIATOR: build.initiator,
    CODEBUILD_LOG_PATH: build.logs.streamName ?? buildUuid(build),
    CODEBUILD_SRC_DIR: workspace.source,
    CODEBUILD_START_TIME: String(Math.round(build.startTime * 1000)),
    ...(build.encryptionKey !== undefined && { CODEBUILD_KMS_KEY_ID: build.encryptionKey }),
    ...(location && { CODEBUILD_SOURCE_REPO_URL: `s3://${location.bucket}/${location.key}` }),
    ...(build.sourceVersion !== undefined && {
      CODEBUILD_SOURCE_VERSION: build.sourceVersion,
      CODEBUILD_RESOLVED_SOURCE_VERSION: build.sourceVersion,
    }),
    ...Object.fromEntries(
      build.secondarySources.map(({ sourceIdentifier = '' }) => [
        `CODEBUILD_SRC_DIR_${sourceIdentifier}`,
        workspace.secondarySource(sourceIdentifier),
      ]),
    ),
  };
}
