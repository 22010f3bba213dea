import * as s3 from '@aws-sdk/client-s3';
import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { virtualClock } from '#local/clock.ts';
import { createGateway } from '#local/gateway/gateway.ts';
import { createS3 } from '#local/services/s3/s3.ts';
import { openStore } from '#local/store.ts';
import { against } from '#test/support/clients.ts';

const target = { Bucket: 'artifacts', Key: 'big.zip' };
const SMALLEST = 5 * 1024 * 1024;
let directory: string;
let client: s3.S3Client;

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 's3-'));
  const service = createS3({ store: openStore(':memory:'), clock: virtualClock(), directory });
  client = new s3.S3Client({ ...against(createGateway([service])), forcePathStyle: true });
  await client.send(new s3.CreateBucketCommand({ Bucket: target.Bucket }));
});

afterEach(() => rmSync(directory, { recursive: true }));

const begin = async (more: Partial<s3.CreateMultipartUploadCommandInput> = {}) =>
  (await client.send(new s3.CreateMultipartUploadCommand({ ...target, ...more }))).UploadId;
const upload = async (
  UploadId: string | undefined,
  PartNumber: number,
  Body: Buffer,
  ChecksumAlgorithm?: s3.ChecksumAlgorithm,
) => {
  const part = await client.send(
    new s3.UploadPartCommand({
      ...target,
      UploadId,
      PartNumber,
      Body,
      ...(ChecksumAlgorithm ? { ChecksumAlgorithm } : {}),
    }),
  );
  return { PartNumber, ETag: part.ETag, ChecksumSHA256: part.ChecksumSHA256, ChecksumCRC32: part.ChecksumCRC32 };
};
const complete = (
  UploadId: string | undefined,
  Parts: s3.CompletedPart[],
  more: Partial<s3.CompleteMultipartUploadCommandInput> = {},
) => client.send(new s3.CompleteMultipartUploadCommand({ ...target, UploadId, MultipartUpload: { Parts }, ...more }));

it('joins the parts in order, replaced ones and left out ones aside', async () => {
  const first = Buffer.alloc(SMALLEST, 'a');
  const id = await begin({ Metadata: { commit: 'abc' }, ContentType: 'application/zip' });
  await upload(id, 1, Buffer.from('replaced'));
  const three = await upload(id, 3, Buffer.from('end'));
  const one = await upload(id, 1, first);
  await upload(id, 7, Buffer.from('never chosen'));
  const done = await complete(id, [one, three]);
  const md5 = (data: Buffer): Buffer => createHash('md5').update(data).digest();
  const joined = md5(Buffer.concat([md5(first), md5(Buffer.from('end'))])).toString('hex');
  expect(done.ETag).toBe(`"${joined}-2"`);
  const read = await client.send(new s3.GetObjectCommand(target));
  expect(read).toMatchObject({
    Metadata: { commit: 'abc' },
    ContentType: 'application/zip',
    ContentLength: SMALLEST + 3,
  });
  expect(await read.Body?.transformToString()).toBe(`${'a'.repeat(SMALLEST)}end`);
  const across = await client.send(
    new s3.GetObjectCommand({ ...target, Range: `bytes=${SMALLEST - 2}-${SMALLEST + 1}` }),
  );
  expect(await across.Body?.transformToString()).toBe('aaen');
  expect(readdirSync(directory)).toHaveLength(2);
});

it('keeps the checksum of checksums, and demands one for each part', async () => {
  const id = await begin({ ChecksumAlgorithm: 'SHA256' });
  const part = await upload(id, 1, Buffer.from('only'), 'SHA256');
  await expect(upload(id, 2, Buffer.from('x'), 'CRC32')).rejects.toMatchObject({ name: 'InvalidRequest' });
  await expect(complete(id, [{ PartNumber: 1, ETag: part.ETag }])).rejects.toMatchObject({ name: 'InvalidRequest' });
  await expect(complete(id, [{ ...part, ChecksumSHA256: `${'A'.repeat(43)}=` }])).rejects.toMatchObject({
    name: 'InvalidPart',
  });
  const done = await complete(id, [part]);
  const sha256 = (data: Buffer): Buffer => createHash('sha256').update(data).digest();
  expect(done.ChecksumSHA256).toBe(`${sha256(sha256(Buffer.from('only'))).toString('base64')}-1`);
  const read = await client.send(new s3.GetObjectCommand(target));
  expect(await read.Body?.transformToString()).toBe('only');
});

it('keeps a checksum of the whole where a CRC was asked for, and checks the one that the client states', async () => {
  const first = Buffer.alloc(SMALLEST, 'b');
  const id = await begin({ ChecksumAlgorithm: 'CRC32', ChecksumType: 'FULL_OBJECT' });
  const parts = [await upload(id, 1, first), await upload(id, 2, Buffer.from('tail'))];
  const whole = Buffer.alloc(4);
  whole.writeUInt32BE(crc32(Buffer.concat([first, Buffer.from('tail')])));
  const ChecksumType = 'FULL_OBJECT';
  await expect(complete(id, parts, { ChecksumType, ChecksumCRC32: 'AAAAAA==' })).rejects.toMatchObject({
    name: 'BadDigest',
  });
  const done = await complete(id, parts, { ChecksumType, ChecksumCRC32: whole.toString('base64') });
  expect(done).toMatchObject({ ChecksumCRC32: whole.toString('base64'), ChecksumType });
});

it('refuses parts that are unknown, out of order or too small', async () => {
  const id = await begin();
  const one = await upload(id, 1, Buffer.from('small'));
  const two = await upload(id, 2, Buffer.from('small'));
  await expect(complete(id, [one, two])).rejects.toMatchObject({ name: 'EntityTooSmall' });
  await expect(complete(id, [two, one])).rejects.toMatchObject({ name: 'InvalidPartOrder' });
  await expect(complete(id, [{ ...one, ETag: '"other"' }])).rejects.toMatchObject({ name: 'InvalidPart' });
  await expect(complete(id, [{ PartNumber: 9, ETag: one.ETag }])).rejects.toMatchObject({ name: 'InvalidPart' });
  await expect(client.send(new s3.GetObjectCommand(target))).rejects.toMatchObject({ name: 'NoSuchKey' });
  await complete(id, [two]);
});

it('creates only what is not there, and stays open when it loses', async () => {
  const id = await begin();
  const part = await upload(id, 1, Buffer.from('late'));
  await client.send(new s3.PutObjectCommand({ ...target, Body: 'early' }));
  await expect(complete(id, [part], { IfNoneMatch: '*' })).rejects.toMatchObject({ name: 'PreconditionFailed' });
  await complete(id, [part]);
  await expect(complete(id, [part])).rejects.toMatchObject({ name: 'NoSuchUpload' });
});

it('is gone with its parts when aborted', async () => {
  const id = await begin();
  await upload(id, 1, Buffer.from('x'));
  await expect(client.send(new s3.DeleteBucketCommand({ Bucket: target.Bucket }))).rejects.toMatchObject({
    name: 'BucketNotEmpty',
  });
  await client.send(new s3.AbortMultipartUploadCommand({ ...target, UploadId: id }));
  expect(readdirSync(directory)).toEqual([]);
  await expect(upload(id, 1, Buffer.from('x'))).rejects.toMatchObject({ name: 'NoSuchUpload' });
  expect(readdirSync(directory)).toEqual([]);
});
