import {
  DeleteAliasCommand,
  DeleteFunctionCommand,
  GetAliasCommand,
  UpdateAliasCommand,
  paginateListAliases,
  CreateAliasCommand,
} from '@aws-sdk/client-lambda';
import { expect, test } from 'vitest';
import { aliasTo, answering, createFunction, invoke, release, startLambda } from './lambda-host.ts';

const name = { FunctionName: 'greeter' };
const live = { ...name, Name: 'live' };

async function twoVersions() {
  const host = startLambda();
  await createFunction(host.client, answering('one'), { Publish: true });
  await release(host.client, answering('two'));
  return host;
}

test('an alias runs the version that it names', async () => {
  const { client } = await twoVersions();
  expect(await aliasTo(client, '1')).toMatchObject({
    AliasArn: 'arn:aws:lambda:eu-west-1:000000000000:function:greeter:live',
    FunctionVersion: '1',
  });
  expect(await invoke(client, { qualifier: 'live' })).toMatchObject({ version: '1', result: { said: 'one' } });
  await client.send(new UpdateAliasCommand({ ...live, FunctionVersion: '2' }));
  expect(await invoke(client, { qualifier: 'live' })).toMatchObject({ version: '2', result: { said: 'two' } });
});

test('weights split the requests of an alias, and the header tells which version ran', async () => {
  const { client, lambda } = await twoVersions();
  await aliasTo(client, '1', { '2': 0.25 });
  const versions: string[] = [];
  for (const number of [0, 0.249, 0.25, 0.999]) {
    const { executedVersion, payload } = await lambda.invoke({
      functionName: 'greeter',
      qualifier: 'live',
      payload: Buffer.from('{}'),
      random: () => number,
    });
    expect(JSON.parse(payload.toString())).toEqual({ said: executedVersion === '1' ? 'one' : 'two' });
    versions.push(executedVersion);
  }
  expect(versions).toEqual(['2', '2', '1', '1']);
});

test('an update that leaves the weights out keeps them, and an empty one clears them', async () => {
  const { client } = await twoVersions();
  await aliasTo(client, '1', { '2': 0.1 });
  const described = await client.send(new UpdateAliasCommand({ ...live, Description: 'the live one' }));
  expect(described.RoutingConfig?.AdditionalVersionWeights).toEqual({ '2': 0.1 });
  await client.send(new UpdateAliasCommand({ ...live, RoutingConfig: { AdditionalVersionWeights: {} } }));
  const read = await client.send(new GetAliasCommand(live));
  expect(read).toMatchObject({ Description: 'the live one', FunctionVersion: '1' });
  expect(read.RoutingConfig).toBeUndefined();
});

test('an update under a stale revision is a failed precondition and changes nothing', async () => {
  const { client } = await twoVersions();
  const { RevisionId } = await aliasTo(client, '1');
  await client.send(new UpdateAliasCommand({ ...live, FunctionVersion: '2', RevisionId }));
  await expect(
    client.send(new UpdateAliasCommand({ ...live, FunctionVersion: '1', RevisionId })),
  ).rejects.toMatchObject({ name: 'PreconditionFailedException' });
  expect((await client.send(new GetAliasCommand(live))).FunctionVersion).toBe('2');
});

test('an alias cannot name a version that is not there, nor split with $LATEST, itself or two others', async () => {
  const { client } = await twoVersions();
  await expect(aliasTo(client, '7')).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
  for (const [version, weights] of [
    ['$LATEST', { '1': 0.5 }],
    ['1', { $LATEST: 0.5 }],
    ['1', { '1': 0.5 }],
    ['1', { '2': 0.3, '3': 0.3 }],
    ['1', { '2': 1.5 }],
  ] as const) {
    await expect(aliasTo(client, version, weights), JSON.stringify(weights)).rejects.toMatchObject({
      name: 'InvalidParameterValueException',
    });
  }
  await expect(client.send(new GetAliasCommand(live))).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
});

test('a version that an alias names, even by weight, cannot be deleted', async () => {
  const { client } = await twoVersions();
  await aliasTo(client, '1', { '2': 0.1 });
  for (const Qualifier of ['1', '2']) {
    await expect(client.send(new DeleteFunctionCommand({ ...name, Qualifier }))).rejects.toMatchObject({
      name: 'ResourceConflictException',
      message: expect.stringContaining('live') as string,
    });
  }
  await client.send(new DeleteAliasCommand(live));
  await client.send(new DeleteFunctionCommand({ ...name, Qualifier: '2' }));
});

test('aliases are listed page by page, or by the version that they name', async () => {
  const { client } = await twoVersions();
  for (const [Name, FunctionVersion] of [
    ['blue', '1'],
    ['green', '2'],
    ['red', '1'],
  ]) {
    await client.send(new CreateAliasCommand({ ...name, Name, FunctionVersion }));
  }
  const read = async (input: { FunctionVersion?: string }) => {
    const pages: (string | undefined)[][] = [];
    for await (const page of paginateListAliases({ client, pageSize: 2 }, { ...name, ...input })) {
      pages.push((page.Aliases ?? []).map((alias) => alias.Name));
    }
    return pages;
  };
  expect(await read({})).toEqual([['blue', 'green'], ['red']]);
  expect(await read({ FunctionVersion: '2' })).toEqual([['green']]);
  await expect(
    client.send(new CreateAliasCommand({ ...name, Name: 'red', FunctionVersion: '1' })),
  ).rejects.toMatchObject({ name: 'ResourceConflictException' });
});
