import { tmpdir } from 'node:os';
import {
  BatchGetBuildsCommand,
  BatchGetProjectsCommand,
  CodeBuildClient,
  CreateProjectCommand,
  DeleteProjectCommand,
  ListProjectsCommand,
  RetryBuildCommand,
  StartBuildCommand,
  StopBuildCommand,
  UpdateProjectCommand,
  paginateListBuilds,
  paginateListBuildsForProject,
  type CreateProjectCommandInput,
  type StartBuildCommandInput,
} from '@aws-sdk/client-codebuild';
import { expect, test } from 'vitest';
import { virtualClock } from '#local/clock.ts';
import { createGateway } from '#local/gateway/gateway.ts';
import { createCodeBuild } from '#local/services/codebuild/create-codebuild.ts';
import { openStore } from '#local/store.ts';
import { against } from '#test/support/clients.ts';

const project: CreateProjectCommandInput = {
  name: 'app',
  source: { type: 'S3', location: 'code/app.zip' },
  artifacts: { type: 'NO_ARTIFACTS' },
  environment: {
    type: 'LINUX_CONTAINER',
    image: 'node:24',
    computeType: 'BUILD_GENERAL1_SMALL',
    environmentVariables: [{ name: 'A', value: 'project' }],
  },
  serviceRole: 'arn:aws:iam::000000000000:role/build',
  tags: [{ key: 'team', value: 'blue' }],
};

/** No build ever begins here: what is looked at is the records. */
async function setup() {
  const clock = virtualClock();
  const codebuild = createCodeBuild({
    store: openStore(':memory:'),
    clock,
    workspaceRoot: tmpdir(),
    s3: { get: () => Promise.reject(new Error('unused')), put: () => Promise.resolve() },
    logs: { put: () => undefined },
    maxConcurrentBuilds: 0,
  });
  const client = new CodeBuildClient(against(createGateway([codebuild])));
  await client.send(new CreateProjectCommand(project));
  const start = async (overrides: Partial<StartBuildCommandInput> = {}) =>
    (await client.send(new StartBuildCommand({ projectName: 'app', ...overrides }))).build;
  return { clock, client, start };
}

test('projects are created, changed member by member, listed and deleted', async () => {
  const { clock, client } = await setup();
  await expect(client.send(new CreateProjectCommand(project))).rejects.toMatchObject({
    name: 'ResourceAlreadyExistsException',
  });
  await clock.advance(1000);
  await client.send(new UpdateProjectCommand({ name: 'app', timeoutInMinutes: 7 }));
  const { projects, projectsNotFound } = await client.send(
    new BatchGetProjectsCommand({ names: ['arn:aws:codebuild:eu-west-1:000000000000:project/app', 'none'] }),
  );
  expect(projects).toMatchObject([
    {
      name: 'app',
      arn: 'arn:aws:codebuild:eu-west-1:000000000000:project/app',
      source: { type: 'S3', location: 'code/app.zip' },
      timeoutInMinutes: 7,
      tags: [{ key: 'team', value: 'blue' }],
      created: new Date(Date.UTC(2026, 0, 1)),
      lastModified: new Date(Date.UTC(2026, 0, 1, 0, 0, 1)),
    },
  ]);
  expect(projectsNotFound).toEqual(['none']);
  await client.send(new CreateProjectCommand({ ...project, name: 'zebra' }));
  expect((await client.send(new ListProjectsCommand({ sortOrder: 'DESCENDING' }))).projects).toEqual(['zebra', 'app']);
  await client.send(new DeleteProjectCommand({ name: 'zebra' }));
  expect((await client.send(new ListProjectsCommand({}))).projects).toEqual(['app']);
  await expect(client.send(new UpdateProjectCommand({ name: 'zebra' }))).rejects.toMatchObject({
    name: 'ResourceNotFoundException',
  });
});

test('a build takes its settings from the project and the overrides over them', async () => {
  const { start } = await setup();
  const build = await start({
    sourceLocationOverride: 'code/other.zip',
    sourceVersion: 'v1',
    environmentVariablesOverride: [
      { name: 'A', value: 'build' },
      { name: 'B', value: 'build', type: 'PLAINTEXT' },
    ],
    timeoutInMinutesOverride: 9,
    logsConfigOverride: { cloudWatchLogs: { status: 'ENABLED', groupName: '/builds', streamName: 'dep-1' } },
  });
  const uuid = build?.id?.slice('app:'.length);
  expect(uuid).toMatch(/^[0-9a-f-]{36}$/);
  expect(build).toMatchObject({
    arn: `arn:aws:codebuild:eu-west-1:000000000000:build/app:${uuid}`,
    buildStatus: 'IN_PROGRESS',
    currentPhase: 'QUEUED',
    source: { type: 'S3', location: 'code/other.zip' },
    sourceVersion: 'v1',
    timeoutInMinutes: 9,
    environment: {
      environmentVariables: [
        { name: 'A', value: 'build' },
        { name: 'B', value: 'build' },
      ],
    },
    logs: { groupName: '/builds', streamName: `dep-1/${uuid}` },
  });
});

test('the same idempotency token gives the same build for five minutes, and refuses another request', async () => {
  const { clock, start } = await setup();
  const first = await start({ idempotencyToken: 'once' });
  expect((await start({ idempotencyToken: 'once' }))?.id).toBe(first?.id);
  await expect(start({ idempotencyToken: 'once', sourceVersion: 'v2' })).rejects.toMatchObject({
    name: 'InvalidInputException',
  });
  await clock.advance(5 * 60_000);
  const later = await start({ idempotencyToken: 'once' });
  expect(later?.buildNumber).toBe(2);
});

test('lists of builds come in pages of a hundred, newest first', async () => {
  const { client, start } = await setup();
  await client.send(new CreateProjectCommand({ ...project, name: 'other' }));
  const other = await start({ projectName: 'other' });
  const started: (string | undefined)[] = [];
  for (let count = 0; count < 101; count++) started.push((await start())?.id);

  const all: string[] = [];
  for await (const page of paginateListBuilds({ client }, { sortOrder: 'ASCENDING' })) all.push(...(page.ids ?? []));
  expect(all).toEqual([other?.id, ...started]);
  const own: string[] = [];
  for await (const page of paginateListBuildsForProject({ client }, { projectName: 'app' }))
    own.push(...(page.ids ?? []));
  expect(own).toEqual(started.toReversed());
});

test('a build that does not exist is told apart from one that does', async () => {
  const { client, start } = await setup();
  const build = await start();
  const answer = await client.send(new BatchGetBuildsCommand({ ids: ['app:none', build?.arn ?? ''] }));
  expect(answer.builds?.map(({ id }) => id)).toEqual([build?.id]);
  expect(answer.buildsNotFound).toEqual(['app:none']);
  await expect(client.send(new StopBuildCommand({ id: 'app:none' }))).rejects.toMatchObject({
    name: 'ResourceNotFoundException',
  });
  await expect(start({ projectName: 'none' })).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
});

test.each<[string, Partial<StartBuildCommandInput>]>([
  ['source.location', { sourceLocationOverride: 'code/folder/' }],
  ['sourceTypeOverride', { sourceTypeOverride: 'GITHUB' }],
  ['privilegedModeOverride', { privilegedModeOverride: true }],
  ['s3Logs.status', { logsConfigOverride: { s3Logs: { status: 'ENABLED', location: 'x' } } }],
  ['timeoutInMinutesOverride', { timeoutInMinutesOverride: 4 }],
  ['artifactsOverride.location', { artifactsOverride: { type: 'S3' } }],
])('%s is refused by name', async (named, overrides) => {
  const { start } = await setup();
  await expect(start(overrides)).rejects.toMatchObject({
    name: 'InvalidInputException',
    message: expect.stringContaining(named) as string,
  });
});

test('an operation that the endpoint does not have is refused by name', async () => {
  const { client } = await setup();
  await expect(client.send(new RetryBuildCommand({ id: 'app:1' }))).rejects.toMatchObject({
    name: 'UnknownOperationException',
    message: expect.stringContaining('RetryBuild') as string,
  });
});
