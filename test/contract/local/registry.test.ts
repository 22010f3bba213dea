import { PutAccountSettingCommand, CreatePullThroughCacheRuleCommand } from '@aws-sdk/client-ecr';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { OCI_MANIFEST, openEcrHost, sha256 } from './ecr-host.ts';

const errors = z.object({ errors: z.tuple([z.object({ code: z.string(), message: z.string() })]) });
const errorOf = async (answer: Response) => [answer.status, errors.parse(await answer.json()).errors[0].code];
const index = z.object({
  manifests: z.array(z.object({ digest: z.string(), platform: z.object({ architecture: z.string() }) })),
});

describe('a password', () => {
  it('is needed, and says so', async () => {
    const { address } = await openEcrHost();
    const answer = await fetch(`${address}/v2/`);
    expect(answer.headers.get('www-authenticate')).toBe(`Basic realm="${address}/",service="ecr.amazonaws.com"`);
    expect(await errorOf(answer)).toEqual([401, 'UNAUTHORIZED']);
  });

  it('is good for twelve hours', async () => {
    const { ask, clock } = await openEcrHost();
    expect((await ask('/v2/')).status).toBe(200);
    await clock.advance(12 * 3_600_000 - 1);
    expect((await ask('/v2/')).status).toBe(200);
    await clock.advance(1);
    expect((await ask('/v2/')).status).toBe(401);
  });
});

describe('a blob', () => {
  it('comes in one piece and is read whole, in part and by its head', async () => {
    const { ask, makeRepository, pushBlob } = await openEcrHost();
    await makeRepository('shop/api');
    const digest = await pushBlob('shop/api', 'hello registry');
    const path = `/v2/shop/api/blobs/${digest}`;
    expect(await (await ask(path)).text()).toBe('hello registry');
    const head = await ask(path, { method: 'HEAD' });
    expect([head.status, head.headers.get('content-length')]).toEqual([200, '14']);
    const part = await ask(path, { headers: { range: 'bytes=6-' } });
    expect([part.status, part.headers.get('content-range'), await part.text()]).toEqual([
      206,
      'bytes 6-13/14',
      'registry',
    ]);
    expect((await ask(path, { headers: { range: 'bytes=14-' } })).status).toBe(416);
  });

  it('comes in one POST with its digest', async () => {
    const { ask, makeRepository } = await openEcrHost();
    await makeRepository('shop/api');
    const path = `/v2/shop/api/blobs/uploads/?digest=${sha256('whole')}`;
    const answer = await ask(path, { method: 'POST', body: 'whole' });
    expect([answer.status, answer.headers.get('location')]).toEqual([201, `/v2/shop/api/blobs/${sha256('whole')}`]);
  });

  it('comes in pieces, each where the last one ended', async () => {
    const { ask, makeRepository } = await openEcrHost();
    await makeRepository('shop/api');
    const begun = await ask('/v2/shop/api/blobs/uploads/', { method: 'POST' });
    expect(begun.status).toBe(202);
    const location = begun.headers.get('location') ?? '';
    const piece = (range: string, body: string) =>
      ask(location, { method: 'PATCH', headers: { 'content-range': range }, body });
    const first = await piece('0-4', 'hello');
    expect([first.status, first.headers.get('range')]).toEqual([202, '0-4']);
    const gap = await piece('7-9', 'xyz');
    expect([gap.status, gap.headers.get('range')]).toEqual([416, '0-4']);
    expect((await piece('5-6', ', ')).headers.get('range')).toBe('0-6');
    const state = await ask(location);
    expect([state.status, state.headers.get('range')]).toEqual([204, '0-6']);
    const put = await ask(`${location}?digest=${sha256('hello, you')}`, { method: 'PUT', body: 'you' });
    expect(put.status).toBe(201);
    expect(await (await ask(`/v2/shop/api/blobs/${sha256('hello, you')}`)).text()).toBe('hello, you');
    expect(await errorOf(await ask(location))).toEqual([404, 'BLOB_UPLOAD_UNKNOWN']);
  });

  it('is refused when it has another digest, and its upload is over', async () => {
    const { ask, makeRepository } = await openEcrHost();
    await makeRepository('shop/api');
    const location = (await ask('/v2/shop/api/blobs/uploads/', { method: 'POST' })).headers.get('location') ?? '';
    const put = () => ask(`${location}?digest=${sha256('right')}`, { method: 'PUT', body: 'wrong' });
    expect(await errorOf(await put())).toEqual([400, 'DIGEST_INVALID']);
    expect(await errorOf(await put())).toEqual([404, 'BLOB_UPLOAD_UNKNOWN']);
    expect(await errorOf(await ask(`/v2/shop/api/blobs/${sha256('right')}`))).toEqual([404, 'BLOB_UNKNOWN']);
  });

  it('is one repository only, and an upload too', async () => {
    const { ask, makeRepository, pushBlob } = await openEcrHost();
    await makeRepository('shop/api');
    await makeRepository('shop/web');
    const digest = await pushBlob('shop/api', 'mine');
    expect(await errorOf(await ask(`/v2/shop/web/blobs/${digest}`))).toEqual([404, 'BLOB_UNKNOWN']);
    const location = (await ask('/v2/shop/api/blobs/uploads/', { method: 'POST' })).headers.get('location') ?? '';
    const elsewhere = location.replace('shop/api', 'shop/web');
    expect(await errorOf(await ask(elsewhere, { method: 'PATCH', body: 'x' }))).toEqual([404, 'BLOB_UPLOAD_UNKNOWN']);
  });

  it('is mounted from another repository only when the account has turned that on', async () => {
    const { ask, client, makeRepository, pushBlob } = await openEcrHost();
    await makeRepository('shop/api');
    await makeRepository('shop/web');
    const digest = await pushBlob('shop/api', 'shared');
    const mount = () => ask(`/v2/shop/web/blobs/uploads/?mount=${digest}&from=shop/api`, { method: 'POST' });
    const refused = await mount();
    expect([refused.status, refused.headers.get('location')]).toEqual([202, expect.stringContaining('/uploads/')]);
    await client.send(new PutAccountSettingCommand({ name: 'BLOB_MOUNTING', value: 'ENABLED' }));
    expect((await mount()).status).toBe(201);
    expect(await (await ask(`/v2/shop/web/blobs/${digest}`)).text()).toBe('shared');
  });

  it('goes into no repository that was not made', async () => {
    const { ask } = await openEcrHost();
    expect(await errorOf(await ask('/v2/shop/api/blobs/uploads/', { method: 'POST' }))).toEqual([404, 'NAME_UNKNOWN']);
  });
});

describe('a manifest', () => {
  it('is found by tag and by digest, in the bytes that were pushed', async () => {
    const { ask, makeRepository, pushImage } = await openEcrHost();
    await makeRepository('shop/api');
    const pushed = await pushImage('shop/api', 'v1', [Buffer.from('layer')]);
    const digest = pushed.headers.get('docker-content-digest') ?? '';
    expect([pushed.status, digest]).toEqual([201, expect.stringMatching(/^sha256:[0-9a-f]{64}$/)]);
    const byTag = await ask('/v2/shop/api/manifests/v1', { headers: { accept: OCI_MANIFEST } });
    expect(byTag.headers.get('content-type')).toBe(OCI_MANIFEST);
    const text = await byTag.text();
    expect(sha256(text)).toBe(digest);
    expect(await (await ask(`/v2/shop/api/manifests/${digest}`)).text()).toBe(text);
    const head = await ask('/v2/shop/api/manifests/v1', { method: 'HEAD' });
    expect(head.headers.get('docker-content-digest')).toBe(digest);
    expect(head.headers.get('content-length')).toBe(String(text.length));
  });

  it.each([
    [
      'names a blob that is not there',
      { layers: [{ mediaType: 'x', digest: sha256('no'), size: 2 }] },
      'MANIFEST_BLOB_UNKNOWN',
    ],
    ['is no image', { config: 1 }, 'MANIFEST_INVALID'],
    ['says another media type', { mediaType: 'application/json' }, 'MANIFEST_INVALID'],
  ])('is refused when it %s', async (_, change, code) => {
    const { ask, makeRepository, pushBlob } = await openEcrHost();
    await makeRepository('shop/api');
    const digest = await pushBlob('shop/api', '{}');
    const right = { schemaVersion: 2, config: { mediaType: 'application/json', digest, size: 2 }, layers: [] };
    const put = (manifest: object) =>
      ask('/v2/shop/api/manifests/v1', {
        method: 'PUT',
        headers: { 'content-type': OCI_MANIFEST },
        body: JSON.stringify(manifest),
      });
    expect((await put(right)).status).toBe(201);
    expect(await errorOf(await put({ ...right, ...change }))).toEqual([400, code]);
  });

  it('keeps its tag where tags are immutable, and loses it to the next where they are not', async () => {
    const { ask, makeRepository, pushImage } = await openEcrHost();
    await makeRepository('shop/api', 'IMMUTABLE');
    await makeRepository('shop/web', 'MUTABLE');
    for (const repository of ['shop/api', 'shop/web']) await pushImage(repository, 'v1', [Buffer.from('one')]);
    const again = await pushImage('shop/api', 'v1', [Buffer.from('one')]);
    expect(again.status).toBe(201);
    expect(await errorOf(await pushImage('shop/api', 'v1', [Buffer.from('two')]))).toEqual([400, 'TAG_INVALID']);
    const moved = await pushImage('shop/web', 'v1', [Buffer.from('two')]);
    const now = await ask('/v2/shop/web/manifests/v1', { method: 'HEAD' });
    expect(now.headers.get('docker-content-digest')).toBe(moved.headers.get('docker-content-digest'));
  });

  it('is listed by its tags, in pages', async () => {
    const { ask, makeRepository, pushImage } = await openEcrHost();
    await makeRepository('shop/api');
    for (const tag of ['c', 'a', 'b']) await pushImage('shop/api', tag, [Buffer.from(tag)]);
    const first = await ask('/v2/shop/api/tags/list?n=2');
    expect(await first.json()).toEqual({ name: 'shop/api', tags: ['a', 'b'] });
    const next = /<([^>]+)>; rel="next"/.exec(first.headers.get('link') ?? '')?.[1] ?? '';
    const second = await ask(next);
    expect([await second.json(), second.headers.get('link')]).toEqual([{ name: 'shop/api', tags: ['c'] }, null]);
  });
});

describe('a pull through the cache', () => {
  const rule = new CreatePullThroughCacheRuleCommand({
    ecrRepositoryPrefix: 'ecr-public',
    upstreamRegistryUrl: 'public.ecr.aws',
  });

  it('makes the repository and brings an image per platform, the same each time', async () => {
    const { ask, client } = await openEcrHost();
    const path = '/v2/ecr-public/docker/library/node/manifests/24-slim';
    expect(await errorOf(await ask(path))).toEqual([404, 'NAME_UNKNOWN']);
    await client.send(rule);
    const answer = await ask(path);
    const { manifests } = index.parse(await answer.json());
    expect(manifests.map(({ platform }) => platform.architecture)).toEqual(['amd64', 'arm64']);
    for (const { digest } of manifests) {
      expect((await ask(`/v2/ecr-public/docker/library/node/manifests/${digest}`)).status).toBe(200);
    }
    const again = await ask(path, { method: 'HEAD' });
    expect(again.headers.get('docker-content-digest')).toBe(answer.headers.get('docker-content-digest'));
  });

  it('says what there is instead of what there is not', async () => {
    const { ask, client } = await openEcrHost();
    await client.send(rule);
    const answer = await ask('/v2/ecr-public/docker/library/nginx/manifests/latest');
    const { code, message } = errors.parse(await answer.json()).errors[0];
    expect([answer.status, code]).toEqual([404, 'MANIFEST_UNKNOWN']);
    expect(message).toContain('docker/library/node with any tag of 20 or above');
  });

  it('lends no blobs to other repositories, as ECR does not', async () => {
    const { ask, client, makeRepository } = await openEcrHost();
    await client.send(rule);
    await client.send(new PutAccountSettingCommand({ name: 'BLOB_MOUNTING', value: 'ENABLED' }));
    await makeRepository('shop/api');
    const { manifests } = index.parse(await (await ask('/v2/ecr-public/docker/library/node/manifests/24')).json());
    const image = z
      .object({ layers: z.array(z.object({ digest: z.string() })) })
      .parse(await (await ask(`/v2/ecr-public/docker/library/node/manifests/${manifests[0]?.digest}`)).json());
    const layer = image.layers[0]?.digest;
    expect((await ask(`/v2/ecr-public/docker/library/node/blobs/${layer}`)).status).toBe(200);
    const from = 'from=ecr-public/docker/library/node';
    expect((await ask(`/v2/shop/api/blobs/uploads/?mount=${layer}&${from}`, { method: 'POST' })).status).toBe(202);
  });
});

it.each([
  ['GET', '/v2/_catalog', 404],
  ['GET', `/v2/shop/api/referrers/${sha256('x')}`, 404],
  ['DELETE', `/v2/shop/api/manifests/v1`, 405],
  ['GET', '/v2/shop/API/tags/list', 400],
  ['GET', '/v2/shop/%E0%A4%A/tags/list', 400],
])('%s %s is refused in the shape of the specification', async (method, path, status) => {
  const { ask } = await openEcrHost();
  const answer = await ask(path, { method });
  expect([answer.status, errors.safeParse(await answer.json()).success]).toEqual([status, true]);
});
