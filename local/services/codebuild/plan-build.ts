import * as z from 'zod';
import { newBuildIdentity, type BuildRecord, type StoredBuild } from './build-record.ts';
import { CODEBUILD_REGION } from './codebuild-arn.ts';
import { parseInput } from './codebuild-input.ts';
import {
  artifactsShape,
  environmentTypeShape,
  environmentVariablesShape,
  logsConfigShape,
  queuedTimeoutMinutes,
  secondarySourcesShape,
  sourceShape,
  timeoutMinutes,
  type LogsSettings,
  type ProjectSettings,
} from './project-shapes.ts';

export const startBuildInput = z.strictObject({
  projectName: z.string(),
  sourceTypeOverride: sourceShape.shape.type.optional(),
  sourceLocationOverride: z.string().optional(),
  sourceVersion: z.string().optional(),
  secondarySourcesOverride: secondarySourcesShape.optional(),
  environmentVariablesOverride: environmentVariablesShape.optional(),
  environmentTypeOverride: environmentTypeShape.optional(),
  imageOverride: z.string().min(1).optional(),
  computeTypeOverride: z.string().min(1).optional(),
  buildspecOverride: z.string().optional(),
  timeoutInMinutesOverride: timeoutMinutes.optional(),
  queuedTimeoutInMinutesOverride: queuedTimeoutMinutes.optional(),
  serviceRoleOverride: z.string().min(1).optional(),
  artifactsOverride: artifactsShape.optional(),
  logsConfigOverride: logsConfigShape.optional(),
  idempotencyToken: z.string().optional(),
});
export type StartBuildInput = z.output<typeof startBuildInput>;

/** A new build in the queue: the project's settings with the request's overrides over them. */
export function planBuild(options: {
  readonly project: ProjectSettings;
  readonly request: StartBuildInput;
  readonly buildNumber: number;
  readonly now: number;
}): StoredBuild {
  const { project, request } = options;
  const startTime = options.now / 1000;
  const identity = newBuildIdentity(project.name);
  const artifacts = request.artifactsOverride ?? project.artifacts;
  const build: BuildRecord = {
    ...identity,
    buildNumber: options.buildNumber,
    projectName: project.name,
    startTime,
    currentPhase: 'QUEUED',
    buildStatus: 'IN_PROGRESS',
    buildComplete: false,
    phases: [
      { phaseType: 'SUBMITTED', phaseStatus: 'SUCCEEDED', startTime, endTime: startTime, durationInSeconds: 0 },
      { phaseType: 'QUEUED', startTime },
    ],
    ...(request.sourceVersion !== undefined && { sourceVersion: request.sourceVersion }),
    source: effectiveSource(project, request),
    secondarySources: request.secondarySourcesOverride ?? project.secondarySources ?? [],
    artifacts: { location: '' },
    cache: { type: 'NO_CACHE' },
    environment: effectiveEnvironment(project, request),
    serviceRole: request.serviceRoleOverride ?? project.serviceRole,
    ...(project.encryptionKey !== undefined && { encryptionKey: project.encryptionKey }),
    logs: logsOf(identity.id, project.name, { ...project.logsConfig, ...request.logsConfigOverride }),
    timeoutInMinutes: request.timeoutInMinutesOverride ?? project.timeoutInMinutes ?? 60,
    queuedTimeoutInMinutes: request.queuedTimeoutInMinutesOverride ?? project.queuedTimeoutInMinutes ?? 480,
    initiator: 'local',
  };
  return { build, artifacts };
}

function effectiveSource(project: ProjectSettings, request: StartBuildInput) {
  const location = request.sourceLocationOverride ?? project.source.location;
  const buildspec = request.buildspecOverride ?? project.source.buildspec;
  const { source } = parseInput(z.object({ source: sourceShape }), {
    source: {
      ...project.source,
      type: request.sourceTypeOverride ?? project.source.type,
      ...(location !== undefined && { location }),
      ...(buildspec !== undefined && { buildspec }),
    },
  });
  return source;
}

function effectiveEnvironment(project: ProjectSettings, request: StartBuildInput) {
  const variables = [
    ...(project.environment.environmentVariables ?? []),
    ...(request.environmentVariablesOverride ?? []),
  ];
  return {
    ...project.environment,
    ...(request.environmentTypeOverride && { type: request.environmentTypeOverride }),
    ...(request.imageOverride && { image: request.imageOverride }),
    ...(request.computeTypeOverride && { computeType: request.computeTypeOverride }),
    privilegedMode: false as const,
    // The last of a name wins and stands once.
    environmentVariables: [...new Map(variables.map((variable) => [variable.name, variable])).values()],
  };
}

function logsOf(id: string, project: string, settings: LogsSettings): BuildRecord['logs'] {
  const {
    status = 'ENABLED',
    groupName = `/aws/codebuild/${project}`,
    streamName: prefix,
  } = settings.cloudWatchLogs ?? {};
  if (status === 'DISABLED') return { cloudWatchLogs: { status } };
  const uuid = id.slice(project.length + 1);
  const streamName = prefix === undefined ? uuid : `${prefix}/${uuid}`;
  return {
    groupName,
    streamName,
    cloudWatchLogsArn: `arn:aws:logs:${CODEBUILD_REGION}:000000000000:log-group:${groupName}:log-stream:${streamName}`,
    cloudWatchLogs: { status },
  };
}
