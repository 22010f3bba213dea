import {
  BatchGetBuildsCommand,
  CodeBuildClient,
  CreateProjectCommand,
  StartBuildCommand,
  type Build,
  type StartBuildCommandInput,
} from '@aws-sdk/client-codebuild';
import { virtualClock } from '#local/clock.ts';
import { createGateway } from '#local/gateway/gateway.ts';
import { createCodeBuild } from '#local/services/codebuild/create-codebuild.ts';
import { openStore } from '#local/store.ts';
import { against } from '#test/support/clients.ts';

/** A CodeBuild with one project, whose workspaces lie under `root`, with blobs and log lines to look at. */
export async function openCodeBuild(root: string) {
  const clock = virtualClock();
  const blobs = new Map<string, Uint8Array>();
  const lines: string[] = [];
  const codebuild = createCodeBuild({
    store: openStore(':memory:'),
    clock,
    workspaceRoot: root,
    s3: {
      async get(bucket, key) {
        const blob = blobs.get(`${bucket}/${key}`);
        if (!blob) throw new Error('NoSuchKey');
        return blob;
      },
      async put(bucket, key, body) {
        blobs.set(`${bucket}/${key}`, body);
      },
    },
    logs: { put: (_group, _stream, events) => lines.push(...events.map(({ message }) => message)) },
    environment: { AWS_ENDPOINT_URL: 'http://127.0.0.1:4566' },
    maxConcurrentBuilds: 2,
  });
  const client = new CodeBuildClient(against(createGateway([codebuild])));
  await client.send(
    new CreateProjectCommand({
      name: 'app',
      source: { type: 'NO_SOURCE' },
      artifacts: { type: 'NO_ARTIFACTS' },
      environment: { type: 'LINUX_CONTAINER', image: 'node:24', computeType: 'BUILD_GENERAL1_SMALL' },
      serviceRole: 'arn:aws:iam::000000000000:role/build',
    }),
  );
  /** Runs a buildspec to its end and answers the record. */
  const build = async (buildspec: object, overrides: Partial<StartBuildCommandInput> = {}): Promise<Build> => {
    const input = {
      projectName: 'app',
      buildspecOverride: JSON.stringify({ version: 0.2, ...buildspec }),
      ...overrides,
    };
    const id = (await client.send(new StartBuildCommand(input))).build?.id ?? '';
    await codebuild.ended(id);
    const { builds } = await client.send(new BatchGetBuildsCommand({ ids: [id] }));
    return builds![0]!;
  };
  const output = () => lines.filter((line) => !line.startsWith('[Container]')).join('');
  return { clock, blobs, lines, output, codebuild, client, build };
}

export const phasesOf = (build: Build) =>
  build.phases?.map(({ phaseType, phaseStatus }) => `${phaseType} ${phaseStatus}`);
export const commands = (...list: string[]) => ({ phases: { build: { commands: list } } });
