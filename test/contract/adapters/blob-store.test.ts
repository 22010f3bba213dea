import { HeadObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { names } from '#local/stack/names.ts';
import { openTestAccount, uniqueService, type TestAccount } from '#test/support/account.ts';

let account: TestAccount;
beforeAll(async () => {
  account = await openTestAccount();
});
afterAll(() => account.close());

test('what is put under a key is what is got, byte for byte', async () => {
  const { blobs } = account.deps;
  const key = `artifacts/${uniqueService()}/é space+plus.zip`;
  const bytes = Uint8Array.from({ length: 70_000 }, (_, index) => (index * 7) % 256);
  await blobs.put(key, bytes);
  expect(Buffer.from((await blobs.get(key)) ?? []).equals(bytes)).toBe(true);
});

test('text is kept as UTF-8, and an empty body is not the same as none', async () => {
  const { blobs } = account.deps;
  const key = `plans/${uniqueService()}`;
  await blobs.put(key, 'naïve ☃');
  expect(Buffer.from((await blobs.get(key)) ?? []).toString('utf8')).toBe('naïve ☃');
  await blobs.put(key, new Uint8Array());
  expect(await blobs.get(key)).toHaveLength(0);
});

test('what is known of a body is kept with it', async () => {
  const key = `artifacts/${uniqueService()}/a.zip`;
  await account.deps.blobs.put(key, 'zip', { service: 'orders', 'deployment-id': 'dep_1' });
  const client = new S3Client({ ...account.client, forcePathStyle: true });
  const { Metadata } = await client.send(new HeadObjectCommand({ Bucket: names.blobBucket, Key: key }));
  expect(Metadata).toEqual({ service: 'orders', 'deployment-id': 'dep_1' });
});

test('how long it is is known without reading it', async () => {
  const { blobs } = account.deps;
  const key = `artifacts/${uniqueService()}/a.zip`;
  expect(await blobs.size(key)).toBeUndefined();
  await blobs.put(key, new Uint8Array(70_000));
  expect(await blobs.size(key)).toBe(70_000);
});

test('a key that nothing lies under gives undefined', async () => {
  expect(await account.deps.blobs.get(`sources/${uniqueService()}/none`)).toBeUndefined();
});

test('the last body put under a key wins', async () => {
  const { blobs } = account.deps;
  const key = `reports/${uniqueService()}`;
  await blobs.put(key, 'first');
  await blobs.put(key, 'second');
  expect(Buffer.from((await blobs.get(key)) ?? []).toString()).toBe('second');
});
