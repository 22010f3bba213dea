import {
  CreateFunctionCommand,
  DeleteFunctionCommand,
  GetFunctionCommand,
  GetFunctionConfigurationCommand,
  ListFunctionsCommand,
  PublishVersionCommand,
  PutFunctionConcurrencyCommand,
  UpdateFunctionCodeCommand,
  UpdateFunctionConfigurationCommand,
  ListTagsCommand,
  paginateListVersionsByFunction,
  waitUntilFunctionActiveV2,
  waitUntilFunctionUpdatedV2,
  waitUntilPublishedVersionActive,
  type LambdaClient,
} from '@aws-sdk/client-lambda';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { strToU8, zipSync } from 'fflate';
import { describe, expect, test } from 'vitest';
import { answering, createFunction, invoke, release, startLambda, zipOf } from './lambda-host.ts';

const name = { FunctionName: 'greeter' };
const minimal = {
  ...name,
  Role: 'arn:aws:iam::000000000000:role/greeter',
  Runtime: 'nodejs24.x',
  Handler: 'index.handler',
} as const;
const quickly = (client: LambdaClient) => ({ client, maxWaitTime: 5, minDelay: 0.01, maxDelay: 0.02 });

describe('creating a function', () => {
  test('answers Pending, and the stock waiter then finds it Active', async () => {
    const { client } = startLambda();
    const zip = zipOf(answering('hello'));
    const created = await client.send(new CreateFunctionCommand({ ...minimal, Code: { ZipFile: zip } }));
    expect(created).toMatchObject({
      FunctionArn: 'arn:aws:lambda:eu-west-1:000000000000:function:greeter',
      Version: '$LATEST',
      State: 'Pending',
      Timeout: 3,
      MemorySize: 128,
      CodeSize: zip.byteLength,
      CodeSha256: createHash('sha256').update(zip).digest('base64'),
    });
    await waitUntilFunctionActiveV2(quickly(client), name);
    const read = await client.send(new GetFunctionCommand(name));
    expect(read.Configuration).toMatchObject({ State: 'Active', LastUpdateStatus: 'Successful' });
  });

  test('cannot be followed by a publish or an invocation before it was waited for', async () => {
    const { client } = startLambda();
    await client.send(new CreateFunctionCommand({ ...minimal, Code: { ZipFile: zipOf(answering('hello')) } }));
    const pending = { name: 'ResourceConflictException' };
    await expect(client.send(new PublishVersionCommand(name))).rejects.toMatchObject(pending);
    await expect(invoke(client)).rejects.toMatchObject(pending);
  });

  test('takes the package from a bucket, and names a key that is not there', async () => {
    const { client, objects } = startLambda();
    objects.set('artifacts/greeter.zip', zipOf(answering('from S3')));
    const code = (key: string) => ({ Code: { S3Bucket: 'artifacts', S3Key: key } });
    await expect(client.send(new CreateFunctionCommand({ ...minimal, ...code('absent.zip') }))).rejects.toMatchObject({
      name: 'InvalidParameterValueException',
      message:
        'Error occurred while GetObject. S3 Error Code: NoSuchKey. S3 Error Message: The specified key does not exist.',
    });
    await createFunction(client, '', code('greeter.zip'));
    expect((await invoke(client)).result).toEqual({ said: 'from S3' });
  });

  test('with a name that is taken is a conflict', async () => {
    const { client } = startLambda();
    await createFunction(client, answering('hello'));
    await expect(createFunction(client, answering('again'))).rejects.toMatchObject({
      name: 'ResourceConflictException',
      message: 'Function already exist: greeter',
    });
  });

  test('names each member that it does not support', async () => {
    const { client } = startLambda();
    await expect(
      createFunction(client, answering('hello'), { Layers: ['arn:layer'], DeadLetterConfig: { TargetArn: 'arn:q' } }),
    ).rejects.toMatchObject({
      name: 'InvalidParameterValueException',
      message: expect.stringMatching(/Layers, DeadLetterConfig|DeadLetterConfig, Layers/) as string,
    });
  });

  test('refuses variables that Lambda reserves', async () => {
    const { client } = startLambda();
    await expect(
      createFunction(client, answering('hello'), { Environment: { Variables: { AWS_REGION: 'mars' } } }),
    ).rejects.toMatchObject({ message: expect.stringContaining('AWS_REGION') as string });
  });
});

describe('a deployment package', () => {
  test('that would write outside of its folder is refused, and nothing is written', async () => {
    const { client, folder } = startLambda();
    await expect(createFunction(client, { '../../escaped.mjs': 'x' })).rejects.toMatchObject({
      name: 'InvalidParameterValueException',
      message: expect.stringContaining('../../escaped.mjs') as string,
    });
    expect(existsSync(join(folder, 'escaped.mjs'))).toBe(false);
    expect(readdirSync(join(folder, 'lambda', 'zips'))).toEqual([]);
  });

  test('that is no zip is refused as Lambda refuses it', async () => {
    const { client } = startLambda();
    await expect(
      client.send(new CreateFunctionCommand({ ...minimal, Code: { ZipFile: strToU8('no zip') } })),
    ).rejects.toMatchObject({
      name: 'InvalidParameterValueException',
      message: 'Could not unzip uploaded file. Please check your file, then try to upload again.',
    });
  });

  test('keeps its executable bits, and holds no symbolic links', async () => {
    const { client, folder } = startLambda();
    const unix = (mode: number) => ({ os: 3, attrs: mode * 2 ** 16 });
    const tool = zipSync({
      'bin/tool': [strToU8('#!/bin/sh\n'), unix(0o100755)],
      'index.mjs': strToU8(answering('hi')),
    });
    await createFunction(client, '', { Code: { ZipFile: tool } });
    const [code = ''] = readdirSync(join(folder, 'lambda', 'code'));
    expect(statSync(join(folder, 'lambda', 'code', code, 'bin/tool')).mode & 0o111).toBe(0o111);
    expect(statSync(join(folder, 'lambda', 'code', code, 'index.mjs')).mode & 0o111).toBe(0);

    const link = zipSync({ passwords: [strToU8('/etc/passwd'), unix(0o120777)] });
    await expect(createFunction(client, '', { FunctionName: 'thief', Code: { ZipFile: link } })).rejects.toMatchObject({
      name: 'InvalidParameterValueException',
    });
  });

  test('is removed when the last function that uses it is deleted', async () => {
    const { client, folder } = startLambda();
    await createFunction(client, answering('hello'));
    await createFunction(client, answering('hello'), { FunctionName: 'twin' });
    await client.send(new DeleteFunctionCommand(name));
    expect(readdirSync(join(folder, 'lambda', 'zips'))).toHaveLength(1);
    await client.send(new DeleteFunctionCommand({ FunctionName: 'twin' }));
    expect(readdirSync(join(folder, 'lambda', 'zips'))).toEqual([]);
    expect(readdirSync(join(folder, 'lambda', 'code'))).toEqual([]);
  });
});

describe('changing a function', () => {
  test('is InProgress until it is waited for, and refuses the next change until then', async () => {
    const { client } = startLambda();
    await createFunction(client, answering('one'));
    const updated = await client.send(new UpdateFunctionCodeCommand({ ...name, ZipFile: zipOf(answering('two')) }));
    expect(updated.LastUpdateStatus).toBe('InProgress');
    const change = new UpdateFunctionConfigurationCommand({ ...name, Timeout: 5, Description: 'says two' });
    await expect(client.send(change)).rejects.toMatchObject({ name: 'ResourceConflictException' });
    await waitUntilFunctionUpdatedV2(quickly(client), name);
    expect(await client.send(change)).toMatchObject({ Timeout: 5, Description: 'says two', MemorySize: 128 });
    expect((await invoke(client)).result).toEqual({ said: 'two' });
  });

  test('is over after a moment even when nobody asks', async () => {
    const { client, clock } = startLambda();
    await createFunction(client, answering('one'));
    await client.send(new UpdateFunctionCodeCommand({ ...name, ZipFile: zipOf(answering('two')) }));
    await clock.advance(200);
    expect((await client.send(new PublishVersionCommand(name))).Version).toBe('1');
  });

  test('under a stale revision is a failed precondition', async () => {
    const { client } = startLambda();
    const { RevisionId } = await createFunction(client, answering('one'));
    await client.send(new UpdateFunctionConfigurationCommand({ ...name, Timeout: 5, RevisionId }));
    await client.send(new GetFunctionCommand(name));
    for (const command of [
      new UpdateFunctionCodeCommand({ ...name, ZipFile: zipOf(answering('two')), RevisionId }),
      new UpdateFunctionConfigurationCommand({ ...name, Timeout: 6, RevisionId }),
      new PublishVersionCommand({ ...name, RevisionId }),
    ]) {
      await expect(client.send(command)).rejects.toMatchObject({
        name: 'PreconditionFailedException',
        $metadata: { httpStatusCode: 412 },
      });
    }
    expect((await client.send(new GetFunctionConfigurationCommand(name))).Timeout).toBe(5);
  });

  test('refuses a dry run and reserved concurrency', async () => {
    const { client } = startLambda();
    await createFunction(client, answering('one'));
    const refused = { name: 'InvalidParameterValueException' };
    await expect(
      client.send(new UpdateFunctionCodeCommand({ ...name, ZipFile: zipOf(answering('two')), DryRun: true })),
    ).rejects.toMatchObject({ ...refused, message: expect.stringContaining('DryRun') as string });
    await expect(
      client.send(new PutFunctionConcurrencyCommand({ ...name, ReservedConcurrentExecutions: 1 })),
    ).rejects.toMatchObject(refused);
  });
});

describe('publishing', () => {
  test('answers the same version while neither code nor configuration changed', async () => {
    const { client } = startLambda();
    await createFunction(client, answering('one'));
    const publish = async () => (await client.send(new PublishVersionCommand(name))).Version;
    expect(await publish()).toBe('1');
    expect(await publish()).toBe('1');
    expect(await release(client, answering('two'))).toBe('2');
    expect(await publish()).toBe('2');
    await client.send(new UpdateFunctionConfigurationCommand({ ...name, Environment: { Variables: { MODE: 'x' } } }));
    await client.send(new GetFunctionCommand(name));
    expect(await publish()).toBe('3');
  });

  test('is refused when the code is not the expected one', async () => {
    const { client } = startLambda();
    const { CodeSha256 } = await createFunction(client, answering('one'));
    await expect(client.send(new PublishVersionCommand({ ...name, CodeSha256: 'another' }))).rejects.toMatchObject({
      name: 'InvalidParameterValueException',
    });
    await client.send(new PublishVersionCommand({ ...name, CodeSha256 }));
    await waitUntilPublishedVersionActive(quickly(client), { ...name, Qualifier: '1' });
  });

  test('leaves versions as they were, page by page', async () => {
    const { client } = startLambda();
    await createFunction(client, answering('none'), { Publish: true });
    for (const text of ['two', 'three', 'four']) await release(client, answering(text));
    const pages: (string | undefined)[][] = [];
    for await (const page of paginateListVersionsByFunction({ client, pageSize: 2 }, name)) {
      pages.push((page.Versions ?? []).map((version) => version.Version));
    }
    expect(pages).toEqual([['$LATEST', '1'], ['2', '3'], ['4']]);
    expect((await invoke(client, { qualifier: '2' })).result).toEqual({ said: 'two' });
    expect((await invoke(client, { qualifier: '4' })).result).toEqual({ said: 'four' });
  });

  test('never gives a number twice, not even for a function that was deleted and created again', async () => {
    const { client } = startLambda();
    await createFunction(client, answering('one'), { Publish: true });
    await client.send(new DeleteFunctionCommand(name));
    await createFunction(client, answering('one'));
    expect((await client.send(new PublishVersionCommand(name))).Version).toBe('2');
  });
});

test('deleting removes one version, or the whole function', async () => {
  const { client } = startLambda();
  await createFunction(client, answering('one'), { Publish: true });
  await release(client, answering('two'));
  await client.send(new DeleteFunctionCommand({ ...name, Qualifier: '1' }));
  const absent = { name: 'ResourceNotFoundException', $metadata: { httpStatusCode: 404 } };
  await expect(invoke(client, { qualifier: '1' })).rejects.toMatchObject(absent);
  await expect(client.send(new DeleteFunctionCommand({ ...name, Qualifier: '$LATEST' }))).rejects.toMatchObject({
    name: 'InvalidParameterValueException',
  });
  await client.send(new DeleteFunctionCommand(name));
  await expect(client.send(new GetFunctionCommand(name))).rejects.toMatchObject(absent);
  expect((await client.send(new ListFunctionsCommand({}))).Functions).toEqual([]);
});

test('a function is found by its ARN, whole or in part, with or without a qualifier', async () => {
  const { client } = startLambda();
  await createFunction(client, answering('one'), { Publish: true });
  for (const FunctionName of [
    '000000000000:function:greeter',
    'arn:aws:lambda:eu-west-1:000000000000:function:greeter',
    'arn:aws:lambda:eu-west-1:000000000000:function:greeter:1',
  ]) {
    expect((await client.send(new GetFunctionConfigurationCommand({ FunctionName }))).FunctionName).toBe('greeter');
  }
  await expect(
    client.send(new GetFunctionConfigurationCommand({ FunctionName: 'greeter:1', Qualifier: '2' })),
  ).rejects.toMatchObject({ name: 'InvalidParameterValueException' });
});

test('an operation that is not there answers in the shape of the service', async () => {
  const { client } = startLambda();
  await expect(
    client.send(new ListTagsCommand({ Resource: 'arn:aws:lambda:eu-west-1:000000000000:function:greeter' })),
  ).rejects.toMatchObject({ name: 'UnknownOperationException' });
});
