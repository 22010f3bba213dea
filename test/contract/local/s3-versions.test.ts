import * as s3 from '@aws-sdk/client-s3';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { virtualClock } from '#local/clock.ts';
import { createGateway } from '#local/gateway/gateway.ts';
import { createS3 } from '#local/services/s3/s3.ts';
import { openStore } from '#local/store.ts';
import { against } from '#test/support/clients.ts';

const Bucket = 'artifacts';
let directory: string;
let client: s3.S3Client;

function start(): s3.S3Client {
  const service = createS3({
    store: openStore(join(directory, 'host.sqlite')),
    clock: virtualClock(),
    directory: join(directory, 'bodies'),
  });
  return new s3.S3Client({ ...against(createGateway([service])), forcePathStyle: true });
}

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 's3-'));
  client = start();
  await client.send(new s3.CreateBucketCommand({ Bucket }));
});

afterEach(() => rmSync(directory, { recursive: true }));

const versioning = (Status: 'Enabled' | 'Suspended') =>
  client.send(new s3.PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status } }));
const put = async (Key: string, Body: string) =>
  (await client.send(new s3.PutObjectCommand({ Bucket, Key, Body }))).VersionId;
const get = async (Key: string, VersionId?: string) =>
  (await client.send(new s3.GetObjectCommand({ Bucket, Key, VersionId }))).Body?.transformToString();
const remove = (Key: string, VersionId?: string) => client.send(new s3.DeleteObjectCommand({ Bucket, Key, VersionId }));
const list = (more: Partial<s3.ListObjectsV2CommandInput> = {}) =>
  client.send(new s3.ListObjectsV2Command({ Bucket, ...more }));
const bodies = () => readdirSync(join(directory, 'bodies'));

describe('versions', () => {
  it('are kept once the bucket keeps them, and read by id', async () => {
    expect((await client.send(new s3.GetBucketVersioningCommand({ Bucket }))).Status).toBeUndefined();
    expect(await put('k', 'before')).toBeUndefined();
    await versioning('Enabled');
    expect((await client.send(new s3.GetBucketVersioningCommand({ Bucket }))).Status).toBe('Enabled');
    const one = await put('k', 'one');
    const two = await put('k', 'two');
    expect(one).not.toBe(two);
    expect(await get('k')).toBe('two');
    expect(await get('k', one)).toBe('one');
    expect(await get('k', 'null')).toBe('before');
    await expect(get('k', 'x'.repeat(32))).rejects.toMatchObject({ name: 'NoSuchVersion' });
  });

  it('hide behind a delete marker until it is deleted', async () => {
    await versioning('Enabled');
    const one = await put('k', 'one');
    const marker = await remove('k');
    expect(marker).toMatchObject({ DeleteMarker: true, VersionId: expect.any(String) as string });
    await expect(get('k')).rejects.toMatchObject({ name: 'NoSuchKey' });
    await expect(get('k', marker.VersionId)).rejects.toMatchObject({ name: 'MethodNotAllowed' });
    expect(await get('k', one)).toBe('one');
    expect((await list()).KeyCount).toBe(0);
    expect(await remove('k', marker.VersionId)).toMatchObject({ DeleteMarker: true, VersionId: marker.VersionId });
    expect(await get('k')).toBe('one');
  });

  it('go for good when deleted by id, with their bytes', async () => {
    await versioning('Enabled');
    const one = await put('k', 'one');
    await put('k', 'two');
    expect(bodies()).toHaveLength(2);
    await remove('k', one);
    await expect(get('k', one)).rejects.toMatchObject({ name: 'NoSuchVersion' });
    expect(await get('k')).toBe('two');
    expect(bodies()).toHaveLength(1);
  });

  it('stop where versioning is suspended: there the version called null is replaced', async () => {
    await versioning('Enabled');
    const one = await put('k', 'one');
    await versioning('Suspended');
    expect(await put('k', 'two')).toBe('null');
    expect(await put('k', 'three')).toBe('null');
    expect(await get('k', one)).toBe('one');
    expect(await remove('k')).toMatchObject({ DeleteMarker: true, VersionId: 'null' });
    await expect(get('k')).rejects.toMatchObject({ name: 'NoSuchKey' });
    expect(bodies()).toHaveLength(1);
  });

  it('let a lock be created again after a delete marker', async () => {
    await versioning('Enabled');
    const lock = () => client.send(new s3.PutObjectCommand({ Bucket, Key: 'lock', Body: 'me', IfNoneMatch: '*' }));
    await lock();
    await expect(lock()).rejects.toMatchObject({ name: 'PreconditionFailed' });
    await remove('lock');
    await lock();
  });

  it('are listed newest first, in pages that lose none', async () => {
    await versioning('Enabled');
    const a1 = await put('a', '1');
    const a2 = await put('a', '2');
    const b1 = await put('b', '1');
    const gone = (await remove('b')).VersionId;
    const seen: string[] = [];
    let page: Partial<s3.ListObjectVersionsCommandOutput> = {};
    do {
      page = await client.send(
        new s3.ListObjectVersionsCommand({
          Bucket,
          MaxKeys: 1,
          KeyMarker: page.NextKeyMarker,
          VersionIdMarker: page.NextVersionIdMarker,
        }),
      );
      for (const each of [...(page.Versions ?? []), ...(page.DeleteMarkers ?? [])]) {
        seen.push(`${each.Key} ${each.VersionId} ${each.IsLatest}`);
      }
    } while (page.IsTruncated);
    expect(seen).toEqual([`a ${a2} true`, `a ${a1} false`, `b ${gone} true`, `b ${b1} false`]);
  });

  it('are deleted in a batch, markers too', async () => {
    await versioning('Enabled');
    const one = await put('k', 'one');
    const two = await client.send(new s3.DeleteObjectsCommand({ Bucket, Delete: { Objects: [{ Key: 'k' }] } }));
    expect(two.Deleted?.[0]).toMatchObject({ Key: 'k', DeleteMarker: true });
    const marker = two.Deleted?.[0]?.DeleteMarkerVersionId;
    await client.send(
      new s3.DeleteObjectsCommand({
        Bucket,
        Delete: {
          Quiet: true,
          Objects: [
            { Key: 'k', VersionId: one },
            { Key: 'k', VersionId: marker },
          ],
        },
      }),
    );
    expect((await client.send(new s3.ListObjectVersionsCommand({ Bucket }))).Versions).toBeUndefined();
    await client.send(new s3.DeleteBucketCommand({ Bucket }));
  });

  it('are the source of a copy', async () => {
    await versioning('Enabled');
    const one = await put('k', 'one');
    await put('k', 'two');
    const copied = await client.send(
      new s3.CopyObjectCommand({ Bucket, Key: 'k', CopySource: `${Bucket}/k?versionId=${one}` }),
    );
    expect(copied.CopySourceVersionId).toBe(one);
    expect(await get('k')).toBe('one');
  });
});

describe('a listing', () => {
  const keys = ['a', 'a/1', 'a/2', 'b', 'c/x/1', 'c/y', 'd&<', '\uffee', '\u{1f680}'];

  beforeEach(async () => {
    for (const key of keys) await put(key, key);
  });

  it('shows keys in the order of their UTF-8 bytes', async () => {
    expect((await list()).Contents?.map((each) => each.Key)).toEqual(keys);
  });

  it('rolls up below a delimiter', async () => {
    const page = await list({ Delimiter: '/' });
    expect(page.CommonPrefixes?.map((each) => each.Prefix)).toEqual(['a/', 'c/']);
    expect(page.Contents?.map((each) => each.Key)).toEqual(['a', 'b', 'd&<', '\uffee', '\u{1f680}']);
    const below = await list({ Delimiter: '/', Prefix: 'c/' });
    expect(below.CommonPrefixes?.map((each) => each.Prefix)).toEqual(['c/x/']);
    expect(below.Contents?.map((each) => each.Key)).toEqual(['c/y']);
  });

  it.each([undefined, '/'])('gives everything once through the paginator, delimiter %s', async (Delimiter) => {
    const seen: (string | undefined)[] = [];
    for await (const page of s3.paginateListObjectsV2({ client, pageSize: 2 }, { Bucket, Delimiter })) {
      expect(page.KeyCount).toBeLessThanOrEqual(2);
      seen.push(...(page.Contents ?? []).map((each) => each.Key));
      seen.push(...(page.CommonPrefixes ?? []).map((each) => each.Prefix));
    }
    const whole = await list({ Delimiter });
    const expected = [
      ...(whole.Contents ?? []).map((each) => each.Key),
      ...(whole.CommonPrefixes ?? []).map((each) => each.Prefix),
    ];
    expect(seen).toHaveLength(expected.length);
    expect(new Set(seen)).toEqual(new Set(expected));
  });

  it('starts after a key, encodes names on request, and stops at zero', async () => {
    expect((await list({ StartAfter: 'c/y' })).Contents?.map((each) => each.Key)).toEqual(keys.slice(6));
    const encoded = await list({ EncodingType: 'url', Prefix: 'd' });
    expect(encoded.Contents?.map((each) => each.Key)).toEqual(['d%26%3C']);
    expect(await list({ MaxKeys: 0 })).toMatchObject({ KeyCount: 0, IsTruncated: false });
    const old = await client.send(new s3.ListObjectsCommand({ Bucket, Marker: 'b', MaxKeys: 1 }));
    expect(old).toMatchObject({ IsTruncated: true, Contents: [{ Key: 'c/x/1' }] });
  });
});

describe('a restart', () => {
  it('finds every object and version, and sweeps files that no object names', async () => {
    await versioning('Enabled');
    const one = await put('k', 'one');
    await put('k', 'two');
    writeFileSync(join(directory, 'bodies', 'orphan'), 'of a put that was cut off');
    client = start();
    expect(await get('k')).toBe('two');
    expect(await get('k', one)).toBe('one');
    expect(bodies()).not.toContain('orphan');
  });

  it('loses nothing that was answered before a SIGKILL', () => {
    const script = `
      import { openStore } from '#local/store.ts';
      import { virtualClock } from '#local/clock.ts';
      import { createS3 } from '#local/services/s3/s3.ts';
      const [directory] = process.argv.slice(1);
      const { blobs } = createS3({
        store: openStore(directory + '/host.sqlite'), clock: virtualClock(), directory: directory + '/bodies',
      });
      for (const key of ['a', 'b', 'a']) await blobs.put('${Bucket}', key, Buffer.from('from the one that died'));
      process.kill(process.pid, 'SIGKILL');
    `;
    const child = spawnSync(process.execPath, ['--input-type=module', '-e', script, directory], { encoding: 'utf8' });
    expect(child).toMatchObject({ signal: 'SIGKILL', stderr: '' });
    client = start();
    return expect(Promise.all([get('a'), get('b')])).resolves.toEqual(Array(2).fill('from the one that died'));
  });
});
