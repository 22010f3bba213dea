import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CopyObjectCommand, CreateBucketCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { DynamoDBClient, TransactWriteItemsCommand } from '@aws-sdk/client-dynamodb';
import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts';
import { GetFunctionCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { callsFileVariable, openCallLog } from '#local/gateway/call-log.ts';
import { names } from '#local/stack/names.ts';
import { openTestAccount, type TestAccount } from '#test/support/account.ts';

let account: TestAccount;
let directory = '';
const before = process.env[callsFileVariable];

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'call-log-'));
  process.env[callsFileVariable] = join(directory, 'calls.txt');
  account = await openTestAccount();
});
afterAll(async () => {
  await account.close();
  if (before === undefined) delete process.env[callsFileVariable];
  else process.env[callsFileVariable] = before;
  rmSync(directory, { recursive: true, force: true });
});

it('keeps what each named client called, once, and what it was about', async () => {
  const own = { ...account.client, userAgentAppId: 'a-function' };
  const objects = new S3Client({ ...own, forcePathStyle: true });
  await objects.send(new CreateBucketCommand({ Bucket: 'copies' }));
  for (const Key of ['uploads/1/a', 'uploads/2/b']) {
    await objects.send(new PutObjectCommand({ Bucket: 'copies', Key, Body: 'x' }));
  }
  await objects.send(new CopyObjectCommand({ Bucket: 'copies', Key: 'kept/a', CopySource: '/copies/uploads/1/a' }));
  const key = { pk: { S: 'p' }, sk: { S: 's' } };
  await new DynamoDBClient(own).send(
    new TransactWriteItemsCommand({
      TransactItems: [
        { Put: { TableName: names.table, Item: key } },
        { Delete: { TableName: names.table, Key: { ...key, sk: { S: 't' } } } },
      ],
    }),
  );
  await new STSClient(own).send(
    new AssumeRoleCommand({ RoleArn: 'arn:aws:iam::000000000000:role/x', RoleSessionName: 'session' }),
  );
  const asked = new LambdaClient(own).send(new GetFunctionCommand({ FunctionName: 'absent' }));
  await expect(asked).rejects.toThrow('absent');

  const told = readFileSync(join(directory, 'calls.txt'), 'utf8')
    .split('\n')
    .filter((line) => line.startsWith('a-function '));
  expect(told).toEqual([
    'a-function s3 CreateBucket -',
    'a-function s3 PutObject uploads',
    'a-function s3 CopyObject/from uploads',
    'a-function s3 CopyObject/to kept',
    'a-function dynamodb TransactWriteItems/Put -',
    'a-function dynamodb TransactWriteItems/Delete -',
    'a-function sts AssumeRole -',
    'a-function lambda GET:/2015-03-31/functions/* -',
  ]);
});

it('keeps nothing of a client that says no name', () => {
  const log = openCallLog('');
  const request = { method: 'POST', path: '/', query: new URLSearchParams(), body: Buffer.alloc(0) };
  log.note({ ...request, headers: { 'user-agent': 'aws-sdk-js/3 api/kms#3' } }, 'kms', 'Sign');
  expect(log.calls.size).toBe(0);
  log.note({ ...request, headers: { 'user-agent': 'aws-sdk-js/3 app/signer api/kms#3' } }, 'kms', 'Sign');
  expect([...log.calls]).toEqual(['signer kms Sign -']);
});
