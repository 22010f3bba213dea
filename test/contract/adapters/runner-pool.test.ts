import { BatchGetFleetsCommand, CodeBuildClient } from '@aws-sdk/client-codebuild';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CodeBuildRunnerPool } from '#adapters/codebuild/runner-pool.ts';
import { names } from '#local/stack/names.ts';
import type { ClientOptions } from '#local/stack/client-options.ts';
import { putFleet } from '#local/stack/put-fleet.ts';
import { openTestAccount, type TestAccount } from '#test/support/account.ts';

let account: TestAccount;
beforeAll(async () => {
  account = await openTestAccount();
});
afterAll(() => account.close());

describe.skipIf(process.env['CONTRACT_ENDPOINT_URL'] !== undefined)('the fleet of a pool', () => {
  test('is made once, grows and shrinks with the pool, and keeps its size over a restart', async () => {
    const builds = new CodeBuildClient(account.client);
    const table = { client: DynamoDBDocumentClient.from(new DynamoDBClient(account.client)), name: names.table };
    const machines = async () =>
      (await builds.send(new BatchGetFleetsCommand({ names: [names.fleet] }))).fleets?.map((each) => each.baseCapacity);

    const arn = await putFleet(account.client as ClientOptions, 3);
    expect(await machines()).toEqual([3]);
    const pool = new CodeBuildRunnerPool(() => builds, table, [], arn);
    await pool.resizeFleet(5);
    expect(await machines()).toEqual([5]);
    expect(await putFleet(account.client as ClientOptions, 3)).toBe(arn);
    expect(await machines()).toEqual([5]);
    await pool.resizeFleet(2);
    expect(await machines()).toEqual([2]);
  });

  test('is left alone where there is none: runners on demand need no size', async () => {
    const never = (): never => {
      throw new Error('Nothing is to be asked.');
    };
    const pool = new CodeBuildRunnerPool(never, {} as never, []);
    await expect(pool.resizeFleet(9)).resolves.toBeUndefined();
  });
});
