import { paginateFilterLogEvents } from '@aws-sdk/client-cloudwatch-logs';
import { BatchGetBuildsCommand, paginateListBuilds } from '@aws-sdk/client-codebuild';
import { paginateQuery, paginateScan } from '@aws-sdk/client-dynamodb';
import {
  paginateListAliases,
  paginateListFunctions,
  paginateListVersionsByFunction,
  UpdateFunctionConfigurationCommand,
  waitUntilFunctionActiveV2,
  waitUntilFunctionUpdatedV2,
  waitUntilPublishedVersionActive,
} from '@aws-sdk/client-lambda';
import { paginateListObjectsV2 } from '@aws-sdk/client-s3';
import { paginateGetExecutionHistory, paginateListExecutions, paginateListStateMachines } from '@aws-sdk/client-sfn';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DeploymentView } from '#schemas/api/deployment-view.ts';
import { awsClients, type AwsClients } from '#test/support/aws-clients.ts';
import { deploy, register } from '#test/support/deployments.ts';
import { startE2eHost, type E2eHost } from '#test/support/e2e-host.ts';
import { smallService } from '#test/support/small-service.ts';

const TableName = 'deployment-service';
const stateMachineArn = 'arn:aws:states:eu-west-1:000000000000:stateMachine:deployment-service-deployment';

describe('after three deployments, a stock SDK client on the AWS endpoint', () => {
  let host: E2eHost;
  let aws: AwsClients;
  let deployments: readonly DeploymentView[];

  beforeAll(async () => {
    host = await startE2eHost();
    aws = awsClients(host.awsUrl);
    const repository = await host.repository('seen');
    await register(host.api, 'seen', repository.url);
    const first = await repository.commit(smallService('seen', { test: ['echo looking closely'] }));
    const second = await repository.commit(smallService('seen', { text: 'second' }));
    deployments = [
      await deploy(host.api, 'seen', 'staging', first),
      await deploy(host.api, 'seen', 'production', first),
      await deploy(host.api, 'seen', 'staging', second),
    ];
    expect(deployments.map(({ status }) => status)).toEqual(['succeeded', 'succeeded', 'succeeded']);
  });
  afterAll(() => host.close());

  it('queries the table and its index in pages', async () => {
    const rows = await collected(
      paginateQuery(
        { client: aws.table, pageSize: 2 },
        {
          TableName,
          KeyConditionExpression: 'pk = :pk AND begins_with(sk, :step)',
          ExpressionAttributeValues: { ':pk': { S: `DEP#${deployments[0]?.id}` }, ':step': { S: 'STEP#' } },
        },
      ),
    );
    expect(rows.length).toBeGreaterThan(2);
    const steps = rows.flatMap(({ Items = [] }) => Items.map((item) => item['name']?.S));
    expect(steps).toEqual(['source', 'test', 'bundle', 'sign', 'release', 'verify']);

    const listed = await collected(
      paginateQuery(
        { client: aws.table, pageSize: 1 },
        {
          TableName,
          IndexName: 'gsi1',
          KeyConditionExpression: 'gsi1pk = :pk',
          ExpressionAttributeValues: { ':pk': { S: 'DEPLOYMENTS#seen' } },
          ScanIndexForward: false,
        },
      ),
    );
    const ids = listed.flatMap(({ Items = [] }) => Items.map((item) => item['id']?.S));
    expect(ids).toEqual(deployments.map(({ id }) => id).toReversed());
  });

  it('scans the table in pages, and finds every row once', async () => {
    const pages = await collected(paginateScan({ client: aws.table, pageSize: 7 }, { TableName }));
    const keys = pages.flatMap(({ Items = [] }) => Items.map(({ pk, sk }) => `${pk?.S} ${sk?.S}`));
    expect(pages.length).toBeGreaterThan(3);
    expect(new Set(keys).size).toBe(keys.length);
    expect(keys).toEqual(expect.arrayContaining(['SVC#seen META', ...deployments.map(({ id }) => `DEP#${id} META`)]));
  });

  it('lists machines and executions, and reads a history from its start to its end', async () => {
    const machines = await collected(paginateListStateMachines({ client: aws.machines, pageSize: 1 }, {}));
    expect(
      machines.flatMap(({ stateMachines = [] }) => stateMachines.map((machine) => machine.stateMachineArn)),
    ).toContain(stateMachineArn);

    const pages = await collected(paginateListExecutions({ client: aws.machines, pageSize: 1 }, { stateMachineArn }));
    const executions = pages.flatMap(({ executions = [] }) => executions);
    expect(executions.map(({ status }) => status)).toEqual(['SUCCEEDED', 'SUCCEEDED', 'SUCCEEDED']);
    const names = executions.map(({ name = '' }) => name);
    for (const { id } of deployments) expect(names.filter((name) => name.includes(id))).toHaveLength(1);

    const executionArn = executions.at(-1)?.executionArn;
    const history = await collected(
      paginateGetExecutionHistory({ client: aws.machines, pageSize: 5 }, { executionArn }),
    );
    const events = history.flatMap(({ events = [] }) => events);
    expect(history.length).toBeGreaterThan(4);
    expect(events.map(({ id }) => id)).toEqual(events.map((_, index) => index + 1));
    expect([events[0]?.type, events.at(-1)?.type]).toEqual(['ExecutionStarted', 'ExecutionSucceeded']);
  });

  it('lists the objects of a prefix in pages', async () => {
    const input = { Bucket: 'deployment-service-blobs', Prefix: 'artifacts/seen/' };
    const pages = await collected(paginateListObjectsV2({ client: aws.objects, pageSize: 1 }, input));
    const keys = pages.flatMap(({ Contents = [] }) => Contents.map(({ Key = '' }) => Key));
    const artifacts = [...new Set(deployments.map(({ artifact }) => artifact?.key ?? ''))];
    // Each artifact, and beside it the statement about it, which is named by the identity too.
    const statements = keys.map((key) => key.replace(/\.[0-9a-f]{64}\.sig\.json$/, ' signed'));
    expect(statements).toEqual(artifacts.flatMap((key) => [`${key.replace(/\.zip$/, '')} signed`, key]).sort());
    expect(keys).toHaveLength(4);
  });

  it('lists functions, versions and aliases, and its waiters come to their end', async () => {
    const client = aws.functions;
    const functions = await collected(paginateListFunctions({ client, pageSize: 1 }, {}));
    const names = functions.flatMap(({ Functions = [] }) => Functions.map(({ FunctionName }) => FunctionName));
    expect(names).toEqual(expect.arrayContaining(['seen-staging', 'seen-production']));

    const FunctionName = 'seen-staging';
    const versions = await collected(paginateListVersionsByFunction({ client, pageSize: 1 }, { FunctionName }));
    const numbers = versions.flatMap(({ Versions = [] }) => Versions.map(({ Version }) => Version));
    // The placeholder of the stack is the first.
    expect(numbers).toEqual(['$LATEST', '1', deployments[0]?.version, deployments[2]?.version]);
    const aliases = await collected(paginateListAliases({ client, pageSize: 1 }, { FunctionName }));
    expect(aliases.flatMap(({ Aliases = [] }) => Aliases)).toMatchObject([
      { Name: 'live', FunctionVersion: deployments[2]?.version },
    ]);

    const waiter = { client, maxWaitTime: 10, minDelay: 1, maxDelay: 1 };
    expect(await waitUntilFunctionActiveV2(waiter, { FunctionName })).toMatchObject({ state: 'SUCCESS' });
    await client.send(new UpdateFunctionConfigurationCommand({ FunctionName, Description: 'looked at' }));
    expect(await waitUntilFunctionUpdatedV2(waiter, { FunctionName })).toMatchObject({ state: 'SUCCESS' });
    const published = { FunctionName, Qualifier: deployments[2]?.version };
    expect(await waitUntilPublishedVersionActive(waiter, published)).toMatchObject({ state: 'SUCCESS' });
  });

  it('lists builds and describes them', async () => {
    const pages = await collected(paginateListBuilds({ client: aws.builds }, { sortOrder: 'ASCENDING' }));
    const ids = pages.flatMap(({ ids = [] }) => ids);
    const { builds = [], buildsNotFound } = await aws.builds.send(
      new BatchGetBuildsCommand({ ids: [...ids, 'deployment-service-build:nothing'] }),
    );
    expect(buildsNotFound).toEqual(['deployment-service-build:nothing']);
    // Production neither fetched nor built anything.
    expect(builds.map(({ projectName }) => projectName)).toEqual([
      'deployment-service-fetch-source',
      'deployment-service-build',
      'deployment-service-fetch-source',
      'deployment-service-build',
    ]);
    expect(builds.map(({ buildStatus, buildComplete }) => [buildStatus, buildComplete])).toEqual(
      Array.from({ length: 4 }, () => ['SUCCEEDED', true]),
    );
    const exported = builds[1]?.exportedEnvironmentVariables?.find(({ name }) => name === 'ARTIFACT_DIGEST');
    expect(exported?.value).toBe(deployments[0]?.artifact?.digest);
  });

  it('filters the log of the builds in pages', async () => {
    const pages = await collected(
      paginateFilterLogEvents(
        { client: aws.logs, pageSize: 5 },
        { logGroupName: '/deployment-service/builds', logStreamNamePrefix: `${deployments[0]?.id}/` },
      ),
    );
    const events = pages.flatMap(({ events = [] }) => events);
    expect(pages.length).toBeGreaterThan(2);
    expect(new Set(events.map(({ eventId }) => eventId)).size).toBe(events.length);
    expect(events.map(({ message = '' }) => message.trimEnd())).toContain('[test] looking closely');
    const times = events.map(({ timestamp = 0 }) => timestamp);
    expect(times).toEqual(times.toSorted((left, right) => left - right));
  });
});

async function collected<T>(pages: AsyncIterable<T>): Promise<readonly T[]> {
  const all: T[] = [];
  for await (const page of pages) all.push(page);
  return all;
}
