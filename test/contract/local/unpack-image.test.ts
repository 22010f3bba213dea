import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { CreatePullThroughCacheRuleCommand } from '@aws-sdk/client-ecr';
import { gzipSync } from 'node:zlib';
import { type Header, pack } from 'tar-stream';
import { describe, expect, it } from 'vitest';
import { tempDirectory } from '#test/unit/runner/temp-directory.ts';
import { openEcrHost } from './ecr-host.ts';

const REGISTRY = '000000000000.dkr.ecr.eu-west-1.amazonaws.com';

type Entry = Partial<Header> & { readonly name: string; readonly text?: string };

async function layer(...entries: readonly Entry[]): Promise<Buffer> {
  const tar = pack();
  for (const { text = '', ...header } of entries) tar.entry(header, text);
  tar.finalize();
  const chunks: Uint8Array[] = [];
  for await (const chunk of tar as AsyncIterable<Uint8Array>) chunks.push(chunk);
  return gzipSync(Buffer.concat(chunks));
}

/** Pushes an image of these layers and unpacks it. */
async function unpacked(layers: readonly Buffer[], config: object = {}) {
  const host = await openEcrHost();
  await host.makeRepository('shop/api');
  const pushed = await host.pushImage('shop/api', 'v1', layers, config);
  if (pushed.status !== 201) throw new Error(await pushed.text());
  const root = join(tempDirectory(), 'images', 'one');
  mkdirSync(dirname(root));
  const read = (name: string) => readFileSync(join(root, name), 'utf8');
  const unpack = () => host.ecr.unpackImage(`${REGISTRY}/shop/api:v1`, root);
  return { root, read, unpack, host };
}

describe('an image that is unpacked', () => {
  it('says how it is started', async () => {
    const config = { Entrypoint: ['/run'], Cmd: ['a', 'b'], Env: ['A=1=2', 'B='], WorkingDir: '/app' };
    const { unpack } = await unpacked([await layer({ name: 'a' })], config);
    expect(await unpack()).toEqual({
      digest: expect.stringMatching(/^sha256:[0-9a-f]{64}$/) as unknown,
      entrypoint: ['/run'],
      cmd: ['a', 'b'],
      env: { A: '1=2', B: '' },
      workingDir: '/app',
    });
  });

  it('has the files of all layers, the upper over the lower, and keeps their modes', async () => {
    const { unpack, read, root } = await unpacked([
      await layer(
        { name: 'app/', type: 'directory' },
        { name: 'app/a', text: 'low' },
        { name: 'app/b', text: 'below' },
      ),
      await layer({ name: 'app/a', text: 'high', mode: 0o755 }, { name: 'new/c', text: 'c', mode: 0o4755 }),
    ]);
    await unpack();
    expect([read('app/a'), read('app/b'), read('new/c')]).toEqual(['high', 'below', 'c']);
    expect(statSync(join(root, 'app/a')).mode & 0o7777).toBe(0o755);
    expect(statSync(join(root, 'new/c')).mode & 0o7777).toBe(0o755);
  });

  it('lacks what an upper layer takes away', async () => {
    const { unpack, root, read } = await unpacked([
      await layer({ name: 'a/gone', text: 'x' }, { name: 'a/kept', text: 'x' }, { name: 'b/old', text: 'x' }),
      await layer({ name: 'a/.wh.gone' }, { name: 'b/new', text: 'n' }, { name: 'b/.wh..wh..opq' }),
    ]);
    await unpack();
    expect(readdirSync(join(root, 'a'))).toEqual(['kept']);
    expect(readdirSync(join(root, 'b'))).toEqual(['new']);
    expect(read('b/new')).toBe('n');
  });

  it('keeps links inside, also those that name the root of the image', async () => {
    const { unpack, root, read } = await unpacked([
      await layer(
        { name: 'usr/bin/tool', text: 'tool' },
        { name: 'bin', type: 'symlink', linkname: '/usr/bin' },
        { name: 'usr/same', type: 'link', linkname: 'usr/bin/tool' },
      ),
      await layer({ name: 'bin/other', text: 'through the link' }),
    ]);
    await unpack();
    expect(lstatSync(join(root, 'bin')).isSymbolicLink()).toBe(true);
    expect(readlinkSync(join(root, 'bin'))).toBe('usr/bin');
    expect([read('bin/tool'), read('usr/same'), read('usr/bin/other')]).toEqual(['tool', 'tool', 'through the link']);
  });

  const outside: readonly (readonly [string, readonly Entry[]])[] = [
    ['a name with ".."', [{ name: '../escaped', text: 'x' }]],
    ['a name with ".." further in', [{ name: 'a/../../escaped', text: 'x' }]],
    ['a link upwards', [{ name: 'out', type: 'symlink', linkname: '../../..' }]],
    ['a hard link upwards', [{ name: 'out', type: 'link', linkname: '../../secret' }]],
    ['a whiteout upwards', [{ name: '.wh..', text: '' }]],
  ];
  it.each(outside)('is refused with %s, and leaves nothing', async (_, entries) => {
    const { unpack, root } = await unpacked([await layer(...entries)]);
    writeFileSync(join(dirname(root), 'secret'), 'mine');
    await expect(unpack()).rejects.toMatchObject({ name: 'ImageNotUsable' });
    expect(readdirSync(dirname(root))).toEqual(['secret']);
    expect(existsSync(join(dirname(dirname(root)), 'escaped'))).toBe(false);
  });

  it('puts a file with an absolute name into the image, not into the host', async () => {
    const { unpack, read } = await unpacked([await layer({ name: '/etc/absolute-name', text: 'in the image' })]);
    await unpack();
    expect(read('etc/absolute-name')).toBe('in the image');
    expect(existsSync('/etc/absolute-name')).toBe(false);
  });

  it('is shared: what is there already stays as it is, and several may ask at once', async () => {
    const { unpack, root, read } = await unpacked([await layer({ name: 'a', text: 'one' })]);
    await Promise.all([unpack(), unpack(), unpack()]);
    writeFileSync(join(root, 'a'), 'written by a task');
    await unpack();
    expect(read('a')).toBe('written by a task');
    expect(readdirSync(dirname(root))).toEqual(['one']);
  });

  it('is refused when its layer is broken, and leaves nothing', async () => {
    const { unpack, root } = await unpacked([Buffer.from('no gzip at all')]);
    await expect(unpack()).rejects.toThrow();
    expect(readdirSync(dirname(root))).toEqual([]);
  });

  it('is found in this registry only, and says so', async () => {
    const { host } = await unpacked([await layer({ name: 'a' })]);
    await host.client.send(
      new CreatePullThroughCacheRuleCommand({
        ecrRepositoryPrefix: 'ecr-public',
        upstreamRegistryUrl: 'public.ecr.aws',
      }),
    );
    const describeImage = (name: string) => host.ecr.describeImage(name);
    await expect(describeImage('docker.io/library/nginx:1')).rejects.toThrow('lies in no registry that the local host');
    await expect(describeImage(`${REGISTRY}/shop/api:v9`)).rejects.toThrow(`${REGISTRY}/shop/api:v9 is not in`);
    await expect(describeImage(`${REGISTRY}/ecr-public/nginx/nginx:1`)).rejects.toThrow('makes base images itself');
    const base = await describeImage(`${REGISTRY}/ecr-public/docker/library/node:24`);
    expect([base.cmd, base.workingDir]).toEqual([['node'], '/']);
  });
});
