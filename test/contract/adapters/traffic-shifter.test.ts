import {
  CreateAliasCommand,
  CreateFunctionCommand,
  DeleteFunctionCommand,
  GetFunctionConfigurationCommand,
  LambdaClient,
  ListVersionsByFunctionCommand,
  UpdateAliasCommand,
  UpdateFunctionCodeCommand,
  UpdateFunctionConfigurationCommand,
} from '@aws-sdk/client-lambda';
import { strToU8, zipSync } from 'fflate';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { LambdaTrafficShifter } from '#adapters/lambda/traffic-shifter.ts';
import type { FunctionVersion } from '#domain/deployment/new-version.ts';
import type { LambdaTarget } from '#domain/service/service.ts';
import { names } from '#local/stack/names.ts';
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
async function aTarget(): Promise<LambdaTarget> {
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
  return { kind: 'lambda', functionName, alias: 'live', url: 'http://x' };
}

/** A version whose artifact lies in the bucket. */
async function aVersion(text: string, changes: Partial<FunctionVersion> = {}): Promise<FunctionVersion> {
  const artifactKey = `artifacts/${uniqueService()}.zip`;
  const bytes = packageOf(text);
  await account.deps.blobs.put(artifactKey, bytes);
  return {
    kind: 'lambda',
    deploymentId: 'dep_1',
    secrets: {},
    artifactKey,
    artifactDigest: account.deps.digest(bytes),
    handler: 'index.handler',
    runtime: 'nodejs24.x',
    memoryMb: 256,
    timeoutSeconds: 7,
    variables: { DEPLOYMENT_ID: 'dep_1' },
    description: 'a by dep_1',
    ...changes,
  };
}

/** A shifter to which something happens right before it sends a command. */
function before(command: string, happens: () => Promise<unknown>): LambdaTrafficShifter {
  const raced = new LambdaClient(account.client);
  raced.middlewareStack.add(
    (next, { commandName }) =>
      async (args) => {
        if (commandName === command) await happens();
        return next(args);
      },
    { step: 'initialize' },
  );
  return new LambdaTrafficShifter(() => raced, names.blobBucket);
}

describe('a version that was prepared earlier', () => {
  test('is kept while it is there, and made of the same artifact', async () => {
    const target = await aTarget();
    const { shifter } = account.deps;
    const [one, two] = [await aVersion('one'), await aVersion('two')];
    const first = await shifter.prepare(target, one);
    const second = await shifter.prepare(target, two);
    expect(await shifter.keeps(target, first, one)).toBe(true);
    expect(await shifter.keeps(target, second, one)).toBe(false);
    expect(await shifter.keeps(target, '99', one)).toBe(false);
    await client.send(new DeleteFunctionCommand({ FunctionName: target.functionName, Qualifier: first }));
    expect(await shifter.keeps(target, first, one)).toBe(false);
  });

  test('of a function that is gone is gone', async () => {
    const target = { kind: 'lambda' as const, functionName: 'not-there', alias: 'live', url: 'http://x' };
    expect(await account.deps.shifter.keeps(target, '1', await aVersion('one'))).toBe(false);
  });
});

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
    expect([...(await shifter.status(target)).weights]).toEqual([['1', 100]]);
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
    const target = { kind: 'lambda' as const, functionName: 'not-there', alias: 'live', url: 'http://x' };
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
    await expect(shifter.prepare(target, lost)).rejects.toMatchObject({
      code: 'step_failed',
      message: expect.stringMatching(/Error occurred while GetObject/) as string,
    });
    expect([...(await shifter.status(target)).weights]).toEqual([['1', 100]]);
  });

  test('of which the bytes were changed after they were verified is refused, and no version is made of them', async () => {
    const target = await aTarget();
    const version = await aVersion('signed');
    await account.deps.blobs.put(version.artifactKey, packageOf('slipped in'));
    await expect(account.deps.shifter.prepare(target, version)).rejects.toMatchObject({
      code: 'artifact_verification_failed',
      message: expect.stringContaining(version.artifactKey) as string,
    });
    const { Versions = [] } = await client.send(
      new ListVersionsByFunctionCommand({ FunctionName: target.functionName }),
    );
    expect(Versions.map(({ Version }) => Version)).toEqual(['$LATEST', '1']);
  });

  test('that Lambda does not take is refused in its words', async () => {
    const variables = { LARGE: 'x'.repeat(5000) };
    const prepare = account.deps.shifter.prepare(await aTarget(), await aVersion('one', { variables }));
    await expect(prepare).rejects.toMatchObject({
      code: 'step_failed',
      message: expect.stringContaining('exceeded the 4KB limit') as string,
    });
  });

  test('while somebody else updates the function may be tried again', async () => {
    const target = await aTarget();
    const FunctionName = target.functionName;
    const raced = before(UpdateFunctionCodeCommand.name, () =>
      client.send(new UpdateFunctionConfigurationCommand({ FunctionName, Timeout: 9 })),
    );
    await expect(raced.prepare(target, await aVersion('one'))).rejects.toMatchObject({ transient: true });
  });
});

describe('giving a part of the traffic to a version', () => {
  test('leaves the rest with the one that serves, and a later part with it too', async () => {
    const target = await aTarget();
    const { shifter } = account.deps;
    const version = await shifter.prepare(target, await aVersion('one'));
    for (const percent of [25, 60]) {
      await shifter.shift(target, { version, percent, baseline: '1' }, await shifter.revision(target));
      const { weights, settled } = await shifter.status(target);
      expect({ weights, settled }).toEqual({
        weights: new Map([
          [version, percent],
          ['1', 100 - percent],
        ]),
        settled: true,
      });
    }
    await shifter.shift(target, { version, percent: 100, baseline: '1' }, await shifter.revision(target));
    expect([...(await shifter.status(target)).weights]).toEqual([[version, 100]]);
  });
});

describe('giving all traffic to a version', () => {
  test('gives it all traffic, also when it had a part already', async () => {
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
    expect((await shifter.status(target)).weights).toEqual(
      new Map([
        [version, 7],
        ['1', 93],
      ]),
    );
    await shifter.shift(target, { version, percent: 100 }, await shifter.revision(target));
    expect([...(await shifter.status(target)).weights]).toEqual([[version, 100]]);
  });

  test('that has all traffic already still ends every earlier revision', async () => {
    const target = await aTarget();
    const { shifter } = account.deps;
    const version = await shifter.prepare(target, await aVersion('one'));
    const early = await shifter.revision(target);
    await shifter.shift(target, { version: '1', percent: 100 }, await shifter.revision(target));
    await expect(shifter.shift(target, { version, percent: 100 }, early)).rejects.toMatchObject({
      code: 'unavailable',
      transient: true,
    });
    expect([...(await shifter.status(target)).weights]).toEqual([['1', 100]]);
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
    await shifter.shift(target, { version: wanted, percent: 100 }, await shifter.revision(target));
    expect([...(await shifter.status(target)).weights]).toEqual([[wanted, 100]]);
  });

  test('does not undo what somebody else did to the alias in between', async () => {
    const target = await aTarget();
    const version = await account.deps.shifter.prepare(target, await aVersion('one'));
    const RoutingConfig = { AdditionalVersionWeights: { [version]: 0.5 } };
    const somebody = () =>
      client.send(new UpdateAliasCommand({ FunctionName: target.functionName, Name: target.alias, RoutingConfig }));
    const raced = before(UpdateAliasCommand.name, somebody);
    const promote = raced.shift(target, { version, percent: 100 }, await raced.revision(target));
    await expect(promote).rejects.toMatchObject({ code: 'unavailable', transient: true });
    expect((await account.deps.shifter.status(target)).weights.get(version)).toBe(50);
  });

  test('of an alias that does not exist is refused by its name', async () => {
    const target = { ...(await aTarget()), alias: 'canary' };
    const { shifter } = account.deps;
    const refusal = {
      code: 'not_found',
      message: expect.stringContaining(`${target.functionName}:canary`) as string,
    };
    await expect(shifter.revision(target)).rejects.toMatchObject(refusal);
    await expect(shifter.shift(target, { version: '1', percent: 100 }, 'any')).rejects.toMatchObject(refusal);
    await expect(shifter.status(target)).rejects.toMatchObject(refusal);
  });
});
