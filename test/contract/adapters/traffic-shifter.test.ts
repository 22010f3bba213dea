import {
  CreateAliasCommand,
  CreateFunctionCommand,
  GetAliasCommand,
  GetFunctionConfigurationCommand,
  LambdaClient,
  ListVersionsByFunctionCommand,
  UpdateAliasCommand,
} from '@aws-sdk/client-lambda';
import { strToU8, zipSync } from 'fflate';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { LambdaTrafficShifter } from '#adapters/lambda/traffic-shifter.ts';
import type { TargetRef } from '#domain/service/service.ts';
import { names } from '#local/stack/names.ts';
import type { NewVersion } from '#ports/traffic-shifter.ts';
import { openTestAccount, uniqueService, type TestAccount } from '#test/support/account.ts';

let account: TestAccount;
let client: LambdaClient;
beforeAll(async () => {
  account = await openTestAccount();
  client = new LambdaClient(account.client);
});
afterAll(() => account.close());

const mtime = new Date(2026, 0, 1);

function packageOf(text: string): Uint8Array {
  const code = `export const handler = async () => ({ said: ${JSON.stringify(text)}, by: process.env.DEPLOYMENT_ID });`;
  return zipSync({ 'index.mjs': strToU8(code) }, { mtime });
}

/** A function with an alias on its version 1, as the stack of a team makes it. */
async function aTarget(): Promise<TargetRef> {
  const functionName = uniqueService();
  await client.send(
    new CreateFunctionCommand({
      FunctionName: functionName,
      Runtime: 'nodejs24.x',
      Handler: 'index.handler',
      Role: 'arn:aws:iam::000000000000:role/target',
      Code: { ZipFile: packageOf('nothing yet') },
      Publish: true,
    }),
  );
  await client.send(new CreateAliasCommand({ FunctionName: functionName, Name: 'live', FunctionVersion: '1' }));
  return { functionName, alias: 'live', url: 'http://x' };
}

/** A version whose artifact lies in the bucket. */
async function aVersion(text: string, changes: Partial<NewVersion> = {}): Promise<NewVersion> {
  const artifactKey = `artifacts/${uniqueService()}.zip`;
  await account.deps.blobs.put(artifactKey, packageOf(text));
  return {
    artifactKey,
    handler: 'index.handler',
    runtime: 'nodejs24.x',
    memoryMb: 256,
    timeoutSeconds: 7,
    variables: { DEPLOYMENT_ID: 'dep_1' },
    description: 'a by dep_1',
    ...changes,
  };
}

describe('preparing a version', () => {
  test('makes it with its code, its limits and its variables, and moves no traffic', async () => {
    const target = await aTarget();
    const { shifter } = account.deps;
    const version = await shifter.prepare(target, await aVersion('one'));
    expect(version).toBe('2');
    const made = await client.send(
      new GetFunctionConfigurationCommand({ FunctionName: target.functionName, Qualifier: version }),
    );
    expect(made).toMatchObject({
      MemorySize: 256,
      Timeout: 7,
      Handler: 'index.handler',
      Environment: { Variables: { DEPLOYMENT_ID: 'dep_1' } },
      Description: 'a by dep_1',
      State: 'Active',
    });
    expect([...(await shifter.status(target))]).toEqual([['1', 100]]);
  });

  test('once more gives the same version; with other variables it gives another', async () => {
    const target = await aTarget();
    const { shifter } = account.deps;
    const version = await aVersion('one');
    const first = await shifter.prepare(target, version);
    expect(await shifter.prepare(target, version)).toBe(first);
    expect(await shifter.prepare(target, { ...version, variables: { DEPLOYMENT_ID: 'dep_2' } })).not.toBe(first);
    const { Versions = [] } = await client.send(
      new ListVersionsByFunctionCommand({ FunctionName: target.functionName }),
    );
    expect(Versions).toHaveLength(4);
  });

  test('of a function that does not exist is refused by its name', async () => {
    const target = { functionName: 'not-there', alias: 'live', url: 'http://x' };
    const prepare = account.deps.shifter.prepare(target, await aVersion('one'));
    await expect(prepare).rejects.toMatchObject({
      code: 'not_found',
      message: expect.stringContaining('not-there:live') as string,
    });
  });

  test('of an artifact that is not stored fails and leaves the traffic where it is', async () => {
    const target = await aTarget();
    const { shifter } = account.deps;
    const lost = { ...(await aVersion('one')), artifactKey: 'artifacts/none.zip' };
    await expect(shifter.prepare(target, lost)).rejects.toThrow();
    expect([...(await shifter.status(target))]).toEqual([['1', 100]]);
  });
});

describe('promoting a version', () => {
  test('gives it all traffic, also when it had a part already, and is done once', async () => {
    const target = await aTarget();
    const { shifter } = account.deps;
    const version = await shifter.prepare(target, await aVersion('one'));
    await client.send(
      new UpdateAliasCommand({
        FunctionName: target.functionName,
        Name: 'live',
        RoutingConfig: { AdditionalVersionWeights: { [version]: 0.07 } },
      }),
    );
    expect(await shifter.status(target)).toEqual(
      new Map([
        [version, 7],
        ['1', 93],
      ]),
    );
    await shifter.promote(target, version);
    expect([...(await shifter.status(target))]).toEqual([[version, 100]]);
    const revision = () => client.send(new GetAliasCommand({ FunctionName: target.functionName, Name: 'live' }));
    const before = await revision();
    await shifter.promote(target, version);
    expect((await revision()).RevisionId).toBe(before.RevisionId);
  });

  test('clears weights that another version still has', async () => {
    const target = await aTarget();
    const { shifter } = account.deps;
    const other = await shifter.prepare(target, await aVersion('other'));
    const wanted = await shifter.prepare(target, await aVersion('wanted'));
    await client.send(
      new UpdateAliasCommand({
        FunctionName: target.functionName,
        Name: 'live',
        FunctionVersion: wanted,
        RoutingConfig: { AdditionalVersionWeights: { [other]: 0.5 } },
      }),
    );
    await shifter.promote(target, wanted);
    expect([...(await shifter.status(target))]).toEqual([[wanted, 100]]);
  });

  test('does not undo what somebody else did to the alias in between', async () => {
    const target = await aTarget();
    const version = await account.deps.shifter.prepare(target, await aVersion('one'));
    const raced = new LambdaClient(account.client);
    raced.middlewareStack.add(
      (next, { commandName }) =>
        async (args) => {
          const result = await next(args);
          if (commandName === GetAliasCommand.name) {
            const Name = target.alias;
            const RoutingConfig = { AdditionalVersionWeights: { [version]: 0.5 } };
            await client.send(new UpdateAliasCommand({ FunctionName: target.functionName, Name, RoutingConfig }));
          }
          return result;
        },
      { step: 'initialize' },
    );
    const shifter = new LambdaTrafficShifter(() => raced, names.blobBucket);
    await expect(shifter.promote(target, version)).rejects.toMatchObject({ name: 'PreconditionFailedException' });
    expect((await account.deps.shifter.status(target)).get(version)).toBe(50);
  });

  test('of an alias that does not exist is refused by its name', async () => {
    const target = { ...(await aTarget()), alias: 'canary' };
    const { shifter } = account.deps;
    const refusal = {
      code: 'not_found',
      message: expect.stringContaining(`${target.functionName}:canary`) as string,
    };
    await expect(shifter.promote(target, '1')).rejects.toMatchObject(refusal);
    await expect(shifter.status(target)).rejects.toMatchObject(refusal);
  });
});
