import * as s3 from '@aws-sdk/client-s3';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { virtualClock, type VirtualClock } from '#local/clock.ts';
import { createGateway } from '#local/gateway/gateway.ts';
import { inProcess } from '#local/gateway/request-handler.ts';
import { createS3, type LocalS3 } from '#local/services/s3/s3.ts';
import { openStore } from '#local/store.ts';
import { against } from '#test/support/clients.ts';

const Bucket = 'artifacts';
let directory: string;
let clock: VirtualClock;
let local: LocalS3;
let client: s3.S3Client;

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 's3-'));
  clock = virtualClock();
  local = createS3({ store: openStore(':memory:'), clock, directory });
  client = new s3.S3Client({ ...against(createGateway([local])), forcePathStyle: true });
  await client.send(new s3.CreateBucketCommand({ Bucket }));
});

afterEach(() => rmSync(directory, { recursive: true }));

const put = (
  Key: string,
  Body: NonNullable<s3.PutObjectCommandInput['Body']>,
  more: Partial<s3.PutObjectCommandInput> = {},
) => client.send(new s3.PutObjectCommand({ Bucket, Key, Body, ...more }));
const get = async (Key: string, more: Partial<s3.GetObjectCommandInput> = {}) => {
  const answer = await client.send(new s3.GetObjectCommand({ Bucket, Key, ...more }));
  return { ...answer, text: await answer.Body?.transformToString() };
};

it('keeps a storage class that is read at once, gives it back and lists it, and refuses every other', async () => {
  await put('usual', 'a');
  await put('seldom', 'b', { StorageClass: 'GLACIER_IR' });
  const head = async (Key: string) => (await client.send(new s3.HeadObjectCommand({ Bucket, Key }))).StorageClass;
  expect([await head('usual'), await head('seldom')]).toEqual([undefined, 'GLACIER_IR']);
  expect(await get('seldom')).toMatchObject({ text: 'b', StorageClass: 'GLACIER_IR' });
  const { Contents = [] } = await client.send(new s3.ListObjectsV2Command({ Bucket }));
  expect(Contents.map(({ Key, StorageClass }) => [Key, StorageClass])).toEqual([
    ['seldom', 'GLACIER_IR'],
    ['usual', 'STANDARD'],
  ]);
  await expect(put('deep', 'c', { StorageClass: 'DEEP_ARCHIVE' })).rejects.toMatchObject({ name: 'NotImplemented' });
  const locked = { ObjectLockMode: 'GOVERNANCE', ObjectLockRetainUntilDate: new Date(0) } as const;
  await expect(put('locked', 'd', locked)).rejects.toMatchObject({ name: 'NotImplemented' });
});

describe('buckets', () => {
  it('are listed, found, located and removed', async () => {
    await client.send(new s3.CreateBucketCommand({ Bucket: 'second' }));
    const { Buckets } = await client.send(new s3.ListBucketsCommand({}));
    expect(Buckets).toEqual([
      { Name: 'artifacts', CreationDate: new Date(clock.now()) },
      { Name: 'second', CreationDate: new Date(clock.now()) },
    ]);
    await client.send(new s3.DeleteBucketCommand({ Bucket: 'second' }));
    await expect(client.send(new s3.HeadBucketCommand({ Bucket: 'second' }))).rejects.toMatchObject({
      name: 'NotFound',
    });
    expect(await client.send(new s3.HeadBucketCommand({ Bucket }))).toMatchObject({ BucketRegion: 'eu-west-1' });
    expect(await client.send(new s3.GetBucketLocationCommand({ Bucket }))).toMatchObject({
      LocationConstraint: 'eu-west-1',
    });
  });

  it('are refused a second time, under a bad name and while they hold something', async () => {
    const create = (name: string) => client.send(new s3.CreateBucketCommand({ Bucket: name }));
    await expect(create(Bucket)).rejects.toMatchObject({ name: 'BucketAlreadyOwnedByYou' });
    await expect(create('Upper_Case')).rejects.toMatchObject({ name: 'InvalidBucketName' });
    await put('k', 'v');
    await expect(client.send(new s3.DeleteBucketCommand({ Bucket }))).rejects.toMatchObject({ name: 'BucketNotEmpty' });
    await expect(get('k', { Bucket: 'absent' })).rejects.toMatchObject({ name: 'NoSuchBucket' });
  });
});

describe('an object', () => {
  it('comes back with its bytes, headers and metadata', async () => {
    const bytes = Buffer.from(Array.from({ length: 256 }, (_, index) => index));
    const written = await put('dir/a b+é&.bin', bytes, {
      ContentType: 'application/x-thing',
      CacheControl: 'no-store',
      ContentEncoding: 'gzip',
      Metadata: { commit: 'abc' },
    });
    const read = await client.send(new s3.GetObjectCommand({ Bucket, Key: 'dir/a b+é&.bin' }));
    expect(Buffer.from((await read.Body?.transformToByteArray()) ?? [])).toEqual(bytes);
    expect(read).toMatchObject({
      ETag: '"e2c865db4162bed963bfaa9ef6ac18f0"',
      ContentType: 'application/x-thing',
      CacheControl: 'no-store',
      ContentEncoding: 'gzip',
      ContentLength: 256,
      Metadata: { commit: 'abc' },
      LastModified: new Date(clock.now()),
      ChecksumCRC32: 'KQWMcw==',
    });
    expect(written.ETag).toBe(read.ETag);
    expect(read.VersionId).toBeUndefined();
  });

  it('may be streamed with or without a known length, in the aws-chunked coding of the SDK', async () => {
    const body = (): Readable => Readable.from([Buffer.from('one '), Buffer.from('two')]);
    await put('known', body(), { ContentLength: 7, ContentEncoding: 'identity-ish' });
    await put('unknown', body());
    expect(await get('known')).toMatchObject({ text: 'one two', ContentEncoding: 'identity-ish' });
    expect((await get('unknown')).text).toBe('one two');
  });

  it('may be empty', async () => {
    await put('empty', Buffer.alloc(0));
    expect(await get('empty')).toMatchObject({ text: '', ContentLength: 0 });
  });

  it('is read in ranges', async () => {
    await put('k', '0123456789');
    expect(await get('k', { Range: 'bytes=2-4' })).toMatchObject({ text: '234', ContentRange: 'bytes 2-4/10' });
    expect((await get('k', { Range: 'bytes=7-' })).text).toBe('789');
    expect((await get('k', { Range: 'bytes=-3' })).text).toBe('789');
    expect((await get('k', { Range: 'bytes=-99' })).text).toBe('0123456789');
    expect(await get('k', { Range: 'bytes=8-99' })).toMatchObject({ text: '89', ContentLength: 2 });
    await expect(get('k', { Range: 'bytes=10-' })).rejects.toMatchObject({ name: 'InvalidRange' });
  });

  it('is described without its bytes, and missed in the way the SDK waits for', async () => {
    await expect(client.send(new s3.HeadObjectCommand({ Bucket, Key: 'k' }))).rejects.toMatchObject({
      name: 'NotFound',
    });
    await put('k', 'value');
    expect(await client.send(new s3.HeadObjectCommand({ Bucket, Key: 'k' }))).toMatchObject({ ContentLength: 5 });
    const waited = await s3.waitUntilObjectExists({ client, maxWaitTime: 6 }, { Bucket, Key: 'k' });
    expect(waited.state).toBe('SUCCESS');
    await expect(get('other')).rejects.toMatchObject({ name: 'NoSuchKey' });
  });

  it('is copied with its metadata, or with new metadata', async () => {
    await put('a', 'value', { Metadata: { from: 'a' }, ContentType: 'text/x' });
    const copied = await client.send(new s3.CopyObjectCommand({ Bucket, Key: 'b', CopySource: `${Bucket}/a` }));
    expect(copied.CopyObjectResult).toMatchObject({ ETag: '"2063c1608d6e0baf80249c42e2be5804"' });
    expect(await get('b')).toMatchObject({ text: 'value', Metadata: { from: 'a' }, ContentType: 'text/x' });
    const again = { Bucket, Key: 'b', CopySource: `${Bucket}/b` };
    await expect(client.send(new s3.CopyObjectCommand(again))).rejects.toMatchObject({ name: 'InvalidRequest' });
    await client.send(new s3.CopyObjectCommand({ ...again, MetadataDirective: 'REPLACE', Metadata: { from: 'b' } }));
    expect(await get('b')).toMatchObject({ text: 'value', Metadata: { from: 'b' } });
    const stale = { ...again, Key: 'c', CopySourceIfMatch: '"other"' };
    await expect(client.send(new s3.CopyObjectCommand(stale))).rejects.toMatchObject({ name: 'PreconditionFailed' });
  });

  it('is deleted alone or with others, and its absence is no error', async () => {
    for (const key of ['a', 'b&<', 'c']) await put(key, key);
    await client.send(new s3.DeleteObjectCommand({ Bucket, Key: 'a' }));
    await client.send(new s3.DeleteObjectCommand({ Bucket, Key: 'a' }));
    const { Deleted, Errors } = await client.send(
      new s3.DeleteObjectsCommand({ Bucket, Delete: { Objects: [{ Key: 'b&<' }, { Key: 'absent' }] } }),
    );
    expect(Deleted).toEqual([{ Key: 'b&<' }, { Key: 'absent' }]);
    expect(Errors ?? []).toEqual([]);
    expect((await client.send(new s3.ListObjectsV2Command({ Bucket }))).Contents?.map((each) => each.Key)).toEqual([
      'c',
    ]);
  });

  it('is read on condition', async () => {
    const { ETag } = await put('k', 'v');
    expect((await get('k', { IfMatch: ETag })).text).toBe('v');
    await expect(get('k', { IfMatch: '"other"' })).rejects.toMatchObject({ name: 'PreconditionFailed' });
    await expect(get('k', { IfNoneMatch: ETag })).rejects.toMatchObject({ $metadata: { httpStatusCode: 304 } });
    await expect(get('k', { IfModifiedSince: new Date(clock.now()) })).rejects.toMatchObject({
      $metadata: { httpStatusCode: 304 },
    });
    await expect(get('k', { IfUnmodifiedSince: new Date(clock.now() - 1000) })).rejects.toMatchObject({
      name: 'PreconditionFailed',
    });
  });

  it('may be given other headers by the one who reads it', async () => {
    await put('k', 'v');
    expect(await get('k', { ResponseContentType: 'text/css', ResponseContentDisposition: 'attachment' })).toMatchObject(
      {
        ContentType: 'text/css',
        ContentDisposition: 'attachment',
      },
    );
  });

  it('cannot escape its directory or collide with another by its key', async () => {
    for (const key of ['a', 'a/b', 'a.data/b', '../../escaped', 'con', 'x%2F..']) await put(key, key);
    for (const key of ['a', 'a/b', 'a.data/b', '../../escaped', 'con', 'x%2F..']) {
      expect((await get(key)).text).toBe(key);
    }
  });
});

describe('a conditional write', () => {
  it('creates only what is not there', async () => {
    await put('lock', 'first', { IfNoneMatch: '*' });
    await expect(put('lock', 'second', { IfNoneMatch: '*' })).rejects.toMatchObject({
      name: 'PreconditionFailed',
      $metadata: { httpStatusCode: 412 },
    });
    expect((await get('lock')).text).toBe('first');
  });

  it('is won by one of many', async () => {
    const tries = await Promise.allSettled(
      Array.from({ length: 20 }, (_, index) => put('lock', `owner ${index}`, { IfNoneMatch: '*' })),
    );
    expect(tries.filter((each) => each.status === 'fulfilled')).toHaveLength(1);
  });

  it('replaces only what was read', async () => {
    const { ETag } = await put('state', 'one');
    await put('state', 'two', { IfMatch: ETag });
    await expect(put('state', 'three', { IfMatch: ETag })).rejects.toMatchObject({ name: 'PreconditionFailed' });
    await expect(put('absent', 'x', { IfMatch: ETag })).rejects.toMatchObject({ name: 'NoSuchKey' });
    expect((await get('state')).text).toBe('two');
  });
});

describe('integrity', () => {
  it('keeps the checksum that was asked for and gives it back', async () => {
    for (const [algorithm, member, expected] of [
      ['SHA256', 'ChecksumSHA256', 'FeKw08M4keuw8e9gnsQZQgwg4yDOlMZfvIwzEkSOsiU='],
      ['SHA1', 'ChecksumSHA1', '98O8HYCOBHMq32eZZczDTKeuNEE='],
      ['CRC32C', 'ChecksumCRC32C', '4waSgw=='],
      ['CRC64NVME', 'ChecksumCRC64NVME', 'rosUhgp5mIg='],
    ] as const) {
      // The published check values of the algorithms: e3069283 for CRC-32C, ae8b14860a799888 for CRC-64/NVME.
      await put(algorithm, '123456789', { ChecksumAlgorithm: algorithm });
      const head = await client.send(new s3.HeadObjectCommand({ Bucket, Key: algorithm, ChecksumMode: 'ENABLED' }));
      expect(head[member]).toBe(expected);
      expect((await get(algorithm)).text).toBe('123456789');
    }
  });

  it('refuses a body that is not what the client says it sent', async () => {
    await expect(put('k', 'v', { ChecksumSHA256: 'A'.repeat(43) + '=' })).rejects.toMatchObject({ name: 'BadDigest' });
    await expect(put('k', 'v', { ContentMD5: 'AAAAAAAAAAAAAAAAAAAAAA==' })).rejects.toMatchObject({
      name: 'BadDigest',
    });
    await expect(put('k', 'v', { ContentMD5: 'short' })).rejects.toMatchObject({ name: 'InvalidDigest' });
    await expect(get('k')).rejects.toMatchObject({ name: 'NoSuchKey' });
  });

  it('refuses an aws-chunked body that was cut off', async () => {
    const { response } = await inProcess(createGateway([local])).handle({
      method: 'PUT',
      path: `/${Bucket}/k`,
      headers: { 'content-encoding': 'aws-chunked', 'x-amz-decoded-content-length': '5' },
      body: '5\r\nhel',
    });
    expect(response.statusCode).toBe(400);
    await expect(get('k')).rejects.toMatchObject({ name: 'NoSuchKey' });
  });
});

describe('what this service does not do', () => {
  it.each([
    [
      'PutObjectTagging',
      () => new s3.PutObjectTaggingCommand({ Bucket, Key: 'k', Tagging: { TagSet: [] } }),
      'tagging',
    ],
    ['an ACL', () => new s3.PutObjectCommand({ Bucket, Key: 'k', Body: 'w', ACL: 'public-read' }), 'x-amz-acl'],
    ['tags', () => new s3.PutObjectCommand({ Bucket, Key: 'k', Body: 'w', Tagging: 'a=b' }), 'x-amz-tagging'],
    [
      'SSE-KMS',
      () => new s3.PutObjectCommand({ Bucket, Key: 'k', Body: 'w', ServerSideEncryption: 'aws:kms' }),
      'aws:kms',
    ],
    ['GetBucketPolicy', () => new s3.GetBucketPolicyCommand({ Bucket }), 'policy'],
    ['parts of an object', () => new s3.GetObjectCommand({ Bucket, Key: 'k', PartNumber: 1 }), 'partNumber'],
  ])('is refused by name and changes nothing: %s', async (_, command, named) => {
    await put('k', 'v');
    await expect(client.send(command() as s3.PutObjectCommand)).rejects.toMatchObject({
      name: 'NotImplemented',
      message: expect.stringContaining(named) as string,
    });
    expect((await get('k')).text).toBe('v');
  });

  it('refuses the bucket of another account', async () => {
    await expect(put('k', 'v', { ExpectedBucketOwner: '111111111111' })).rejects.toMatchObject({
      name: 'AccessDenied',
    });
  });
});

describe('the way round the wire', () => {
  it('reads and writes the same objects', async () => {
    await local.blobs.put(Bucket, 'k', Buffer.from('inside'));
    expect((await get('k')).text).toBe('inside');
    expect(Buffer.from((await local.blobs.get(Bucket, 'k')) ?? []).toString()).toBe('inside');
    expect(await local.blobs.get(Bucket, 'absent')).toBeUndefined();
    expect(await local.blobs.get('absent', 'k')).toBeUndefined();
    await expect(local.blobs.put('absent', 'k', new Uint8Array())).rejects.toMatchObject({ code: 'NoSuchBucket' });
  });
});
