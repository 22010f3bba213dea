import { LambdaClient } from '@aws-sdk/client-lambda';
import { S3Client } from '@aws-sdk/client-s3';
import { jsonService } from '#local/gateway/json-service.ts';
import { announceBuilds } from '#local/services/codebuild/announce-builds.ts';
import { buildOperations } from '#local/services/codebuild/build-operations.ts';
import type { BuildRecord } from '#local/services/codebuild/build-record.ts';
import { createBuildStore } from '#local/services/codebuild/build-store.ts';
import { createCodeBuildTables } from '#local/services/codebuild/codebuild-tables.ts';
import type { CodeBuildOptions, CodeBuildService } from '#local/services/codebuild/create-codebuild.ts';
import { projectOperations } from '#local/services/codebuild/project-operations.ts';
import type { ClientOptions } from '#local/stack/client-options.ts';
import { lambdaMarkSink } from '#runner/lambda-mark-sink.ts';
import { createLog } from '#runner/log.ts';
import { retryingMarkSink } from '#runner/retrying-mark-sink.ts';
import { s3BlobStore } from '#runner/s3-blob-store.ts';
import type { Scene } from './build-script.ts';
import type { OutsideWorld } from './outside-world.ts';
import { scriptedBuilds } from './scripted-builds.ts';

interface Parts {
  readonly world: OutsideWorld;
  readonly client: () => ClientOptions;
  /** Whether builds outlive the host, as in AWS, or are lost with it, as on one machine. */
  readonly outlivesHost: boolean;
}

/** CodeBuild as the host knows it (projects, requests, records, events), whose builds are played and not run. */
export function scriptedCodeBuild({ world, client, outlivesHost }: Parts) {
  return (options: CodeBuildOptions): CodeBuildService => {
    const { store, clock, logs } = options;
    createCodeBuildTables(store);
    const builds = createBuildStore(store);
    const announcer = announceBuilds({ store, clock, announce: options.onBuildStateChange });
    const sceneOf = (build: BuildRecord): Scene => {
      const variables = Object.fromEntries(
        build.environment.environmentVariables.map(({ name, value }) => [name, value]),
      );
      const { groupName = '', streamName = '' } = build.logs;
      let lines: string[] = [];
      return {
        buildId: build.id,
        variables,
        blobs: s3BlobStore(new S3Client({ ...client(), forcePathStyle: true }), variables['BLOB_BUCKET'] ?? ''),
        marks: retryingMarkSink(
          lambdaMarkSink(new LambdaClient(client()), variables['MARK_FUNCTION'] ?? ''),
          (milliseconds) => new Promise((resolve) => clock.after(milliseconds, resolve)),
        ),
        log: createLog((text) => void lines.push(text)),
        flushLog() {
          const events = lines.map((message) => ({ timestamp: clock.now(), message }));
          lines = [];
          if (events.length > 0) logs.put(groupName, streamName, events);
        },
        now: () => new Date(clock.now()),
      };
    };
    const host = scriptedBuilds({ store, clock, builds, announcer, world, sceneOf, outlivesHost });
    return {
      ...jsonService({
        name: 'codebuild',
        targetPrefix: 'CodeBuild_20161006',
        version: '1.1',
        operations: {
          ...projectOperations(store, clock),
          ...buildOperations({ store, clock, builds, announcer, host }),
        },
      }),
      ended: (buildId) => host.ended(buildId),
      resume: () => host.resume(),
      close: () => host.close(),
      lose: (buildId) => host.lose(buildId),
      running: () => host.running(),
      queued: () => host.queued(),
    };
  };
}
