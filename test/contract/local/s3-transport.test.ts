import * as s3 from '@aws-sdk/client-s3';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { virtualClock, type VirtualClock } from '#local/clock.ts';
import { createGateway } from '#local/gateway/gateway.ts';
import { inProcess } from '#local/gateway/request-handler.ts';
import { serveGateway } from '#local/gateway/serve-gateway.ts';
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

describe('a pre-signed link', () => {
  const read = async (signedAt: string) => {
    const { response } = await inProcess(createGateway([local])).handle({
      method: 'GET',
      path: `/${Bucket}/k`,
      query: {
        'X-Amz-Algorithm': 'AWS4-HMAC-SHA256',
        'X-Amz-Credential': 'local/20260101/eu-west-1/s3/aws4_request',
        'X-Amz-Date': signedAt,
        'X-Amz-Expires': '60',
        'X-Amz-SignedHeaders': 'host',
        'X-Amz-Signature': 'ab',
        'x-amz-checksum-mode': 'ENABLED',
        'x-id': 'GetObject',
      },
      headers: {},
    });
    return response.statusCode;
  };

  it('is good until it runs out', async () => {
    await client.send(new s3.PutObjectCommand({ Bucket, Key: 'k', Body: 'v' }));
    expect(await read('20260101T000000Z')).toBe(200);
    await clock.advance(61_000);
    expect(await read('20260101T000000Z')).toBe(403);
  });
});

describe('over a socket', () => {
  it('takes buffers and streams, and answers HEAD and ranges as in process', async () => {
    const served = await serveGateway(createGateway([local]), { port: 0, host: '127.0.0.1' });
    const socket = new s3.S3Client({
      region: 'eu-west-1',
      endpoint: `http://127.0.0.1:${served.port}`,
      credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
      forcePathStyle: true,
      maxAttempts: 1,
    });
    try {
      const large = Buffer.alloc(3_000_000, 'abc');
      await socket.send(new s3.PutObjectCommand({ Bucket, Key: 'buffer', Body: large }));
      const body = Readable.from([large.subarray(0, 10), large.subarray(10)]);
      await socket.send(new s3.PutObjectCommand({ Bucket, Key: 'stream', Body: body, ContentLength: large.length }));
      for (const Key of ['buffer', 'stream']) {
        const read = await socket.send(new s3.GetObjectCommand({ Bucket, Key }));
        expect(large.equals((await read.Body?.transformToByteArray()) ?? new Uint8Array())).toBe(true);
        const head = await socket.send(new s3.HeadObjectCommand({ Bucket, Key }));
        expect(head).toMatchObject({ ContentLength: large.length, ETag: read.ETag });
      }
      const part = await socket.send(new s3.GetObjectCommand({ Bucket, Key: 'stream', Range: 'bytes=3-5' }));
      expect(await part.Body?.transformToString()).toBe('abc');
      await expect(socket.send(new s3.HeadObjectCommand({ Bucket, Key: 'none' }))).rejects.toMatchObject({
        name: 'NotFound',
      });
    } finally {
      socket.destroy();
      await served.close();
    }
  });
});
