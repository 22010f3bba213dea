import type { BuildPhase, BuildRecord, StoredBuild } from './build-record.ts';

/** The `detail` of EventBridge's "CodeBuild Build State Change", source `aws.codebuild`. */
export type BuildStateChange = ReturnType<typeof buildStateChange>;

export function buildStateChange({ build }: Pick<StoredBuild, 'build'>) {
  const lastContexts = build.phases.findLast(({ contexts }) => contexts !== undefined)?.contexts ?? [];
  return {
    'build-status': build.buildStatus,
    'project-name': build.projectName,
    'build-id': build.arn,
    'additional-information': {
      artifact: build.artifacts,
      environment: environmentDetail(build),
      'timeout-in-minutes': build.timeoutInMinutes,
      'build-complete': build.buildComplete,
      'build-number': build.buildNumber,
      initiator: build.initiator,
      'build-start-time': detailTime(build.startTime),
      source: {
        type: build.source.type,
        ...(build.source.location !== undefined && { location: build.source.location }),
      },
      ...(build.sourceVersion !== undefined && { 'source-version': build.sourceVersion }),
      logs: { 'group-name': build.logs.groupName, 'stream-name': build.logs.streamName },
      phases: build.phases.map(phaseDetail),
      'exported-environment-variables': build.exportedEnvironmentVariables ?? [],
    },
    'current-phase': build.currentPhase,
    'current-phase-context': contextDetail(lastContexts)[0] ?? '[: ]',
    version: '1',
  };
}

function environmentDetail({ environment }: BuildRecord) {
  return {
    type: environment.type,
    image: environment.image,
    'compute-type': environment.computeType,
    'privileged-mode': false,
    'environment-variables': environment.environmentVariables,
  };
}

function phaseDetail(phase: BuildPhase) {
  return {
    'phase-type': phase.phaseType,
    'start-time': detailTime(phase.startTime),
    ...(phase.endTime !== undefined && {
      'phase-context': contextDetail(phase.contexts ?? []),
      'end-time': detailTime(phase.endTime),
      'duration-in-seconds': phase.durationInSeconds,
      'phase-status': phase.phaseStatus,
    }),
  };
}

/** `[CODE: message]`, as the service writes a context into its events. */
function contextDetail(contexts: NonNullable<BuildPhase['contexts']>): readonly string[] {
  return contexts.map(({ statusCode, message }) => `[${statusCode}: ${message}]`);
}

const FORMAT = new Intl.DateTimeFormat('en-US', { dateStyle: 'medium', timeStyle: 'medium', timeZone: 'UTC' });

/** `Sep 1, 2017 4:12:29 PM`: what this event has carried since before ISO times were the habit. */
function detailTime(seconds: number): string {
  const parts = Object.fromEntries(FORMAT.formatToParts(seconds * 1000).map(({ type, value }) => [type, value]));
  const { month, day, year, hour, minute, second, dayPeriod } = parts;
  return `${month} ${day}, ${year} ${hour}:${minute}:${second} ${dayPeriod}`;
}
