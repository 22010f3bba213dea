import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { pack } from 'tar-stream';
import { describe, expect, test } from 'vitest';
import { readArchive } from '#runner/cache/read-archive.ts';
import { unpackStage } from '#runner/cache/unpack-stage.ts';
import { tempDirectory } from '../temp-directory.ts';

type Entry = Parameters<ReturnType<typeof pack>['entry']>[0] & { readonly content?: string };

/** An archive as nobody but an attacker would make it. */
async function archiveOf(entries: readonly Entry[], head: unknown = { version: 1, gone: [] }): Promise<Uint8Array> {
  const tar = pack();
  const time = { pax: { mtime: '1.000000000' } };
  tar.entry({ name: 'stage.json' }, JSON.stringify(head));
  for (const { content = '', ...header } of entries) {
    if (header.type && header.type !== 'file') tar.entry({ ...time, ...header });
    else tar.entry({ ...time, ...header }, content);
  }
  tar.finalize();
  const chunks: Buffer[] = [];
  for await (const chunk of tar) chunks.push(chunk as Buffer);
  return gzipSync(Buffer.concat(chunks));
}

const read = (archive: Uint8Array) => readArchive(archive, { onGone: () => undefined, onEntry: () => undefined });

describe('an archive of a stage', () => {
  test.each<[string, readonly Entry[], RegExp]>([
    ['a path that climbs out', [{ name: 'files/../../etc/x' }], /not inside of the workspace/],
    ['a path that climbs out further in', [{ name: 'files/a/../../x' }], /not inside of the workspace/],
    ['an absolute path', [{ name: 'files//etc/x' }], /not inside of the workspace/],
    ['a path outside of its folder', [{ name: 'etc/x' }], /not inside of the workspace/],
    ['a path that is a dot', [{ name: 'files/./x' }], /not inside of the workspace/],
    ['an absolute link', [{ name: 'files/l', type: 'symlink', linkname: '/etc' }], /leads out/],
    ['a link that climbs out', [{ name: 'files/a/l', type: 'symlink', linkname: '../../etc' }], /leads out/],
    ['a hard link', [{ name: 'files/l', type: 'link', linkname: 'files/x' }], /of the kind link/],
    ['a device', [{ name: 'files/d', type: 'character-device' }], /of the kind character-device/],
    [
      'a file behind a link of its own',
      [{ name: 'files/l', type: 'symlink', linkname: 'other' }, { name: 'files/l/x' }],
      /lies behind the link "l"/,
    ],
  ])('is refused for %s', async (_, entries, why) => {
    await expect(read(await archiveOf(entries))).rejects.toThrow(why);
  });

  test.each(['../x', '/x', 'a/../../x', '', 'a//b'])('is refused for removing "%s"', async (path) => {
    await expect(read(await archiveOf([], { version: 1, gone: [path] }))).rejects.toThrow(/not inside/);
  });

  test.each([
    ['nothing', new Uint8Array()],
    ['noise', Buffer.from('not an archive at all')],
    ['a part of one', undefined],
  ])('is refused when it is %s', async (_, bytes) => {
    const whole = await archiveOf([{ name: 'files/a', content: 'x'.repeat(5_000) }]);
    await expect(read(bytes ?? whole.subarray(0, whole.byteLength - 20))).rejects.toThrow();
  });

  test('is refused when it does not begin as ours do, or is of a later version', async () => {
    await expect(read(await archiveOf([], { version: 2, gone: [] }))).rejects.toThrow();
    const tar = pack();
    tar.entry({ name: 'files/a' }, 'x');
    tar.finalize();
    const chunks: Buffer[] = [];
    for await (const chunk of tar) chunks.push(chunk as Buffer);
    await expect(read(gzipSync(Buffer.concat(chunks)))).rejects.toThrow('does not begin with stage.json');
  });
});

describe('restoring', () => {
  test('does not write through a link that lies in the workspace', async () => {
    const outside = tempDirectory();
    writeFileSync(join(outside, 'victim'), 'untouched');
    const workspace = tempDirectory();
    symlinkSync(outside, join(workspace, 'dir'));
    symlinkSync(join(outside, 'victim'), join(workspace, 'file'));

    await unpackStage(workspace, await archiveOf([{ name: 'files/file', content: 'mine' }]));
    expect(readFileSync(join(workspace, 'file'), 'utf8')).toBe('mine');
    const through = await archiveOf([{ name: 'files/dir/victim', content: 'mine' }]);
    await expect(unpackStage(workspace, through)).rejects.toThrow('"dir" is no directory');
    const removing = await archiveOf([], { version: 1, gone: ['dir/victim'] });
    await expect(unpackStage(workspace, removing)).rejects.toThrow('"dir" is no directory');
    expect(readFileSync(join(outside, 'victim'), 'utf8')).toBe('untouched');
  });

  test('puts a directory in the place of a link, and a file in the place of a directory', async () => {
    const outside = tempDirectory();
    const workspace = tempDirectory();
    symlinkSync(outside, join(workspace, 'a'));
    mkdirSync(join(workspace, 'b/c'), { recursive: true });
    const archive = await archiveOf([
      { name: 'files/a', type: 'directory', mode: 0o755 },
      { name: 'files/a/x', content: '1' },
      { name: 'files/b', content: '2' },
    ]);
    await unpackStage(workspace, archive);
    expect(readFileSync(join(workspace, 'a/x'), 'utf8')).toBe('1');
    expect(readFileSync(join(workspace, 'b'), 'utf8')).toBe('2');
    expect(() => readFileSync(join(outside, 'x'))).toThrow();
  });
});
