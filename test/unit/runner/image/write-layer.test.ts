import { chmodSync, mkdirSync, readFileSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { extract } from 'tar-stream';
import { describe, expect, it } from 'vitest';
import { writeLayer } from '#runner/image/write-layer.ts';
import { tempDirectory } from '../temp-directory.ts';

const sha256 = (bytes: Uint8Array): string => `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
const layerOf = (directory: string) => writeLayer(directory, 'app', join(tempDirectory(), 'layer'));

/** A directory with the given files, made in that order. */
function directoryOf(files: Readonly<Record<string, string | Buffer>>): string {
  const directory = tempDirectory();
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(join(directory, name, '..'), { recursive: true });
    writeFileSync(join(directory, name), content);
  }
  return directory;
}

async function entriesOf(path: string) {
  const reader = extract();
  Readable.from([gunzipSync(readFileSync(path))]).pipe(reader);
  const entries = [];
  for await (const entry of reader) {
    const chunks: Uint8Array[] = [];
    for await (const chunk of entry as AsyncIterable<Uint8Array>) chunks.push(chunk);
    const { name, type, mode, uid, gid, uname, gname, mtime, linkname } = entry.header;
    const text = Buffer.concat(chunks).toString('utf8');
    entries.push({ name, type, mode, owner: [uid, gid, uname, gname], at: mtime?.getTime(), linkname, text });
  }
  return entries;
}

describe('a layer', () => {
  it('holds the directory under its place: sorted, root’s, of no time, 755 and 644', async () => {
    const directory = directoryOf({ 'z.txt': 'last', 'lib/run.sh': 'run', 'a.txt': 'first' });
    chmodSync(join(directory, 'lib/run.sh'), 0o700);
    chmodSync(join(directory, 'z.txt'), 0o600);
    symlinkSync('lib/run.sh', join(directory, 'run'));
    const { path } = await layerOf(directory);
    const entries = await entriesOf(path);
    expect(entries.map(({ name, type, mode, text }) => [name, type, mode.toString(8), text])).toEqual([
      ['app', 'directory', '755', ''],
      ['app/a.txt', 'file', '644', 'first'],
      ['app/lib', 'directory', '755', ''],
      ['app/lib/run.sh', 'file', '755', 'run'],
      ['app/run', 'symlink', '777', ''],
      ['app/z.txt', 'file', '644', 'last'],
    ]);
    expect(entries.find(({ type }) => type === 'symlink')?.linkname).toBe('lib/run.sh');
    expect(new Set(entries.map(({ owner, at }) => JSON.stringify([owner, at])))).toEqual(new Set(['[[0,0,"",""],0]']));
  });

  it('says the digests of its own bytes, compressed and not', async () => {
    const { path, digest, diffId, size } = await layerOf(directoryOf({ 'index.mjs': 'x'.repeat(300_000) }));
    const bytes = readFileSync(path);
    expect([digest, diffId, size]).toEqual([sha256(bytes), sha256(gunzipSync(bytes)), bytes.byteLength]);
  });

  it('is the same for the same content, whatever the times, the order and the group’s rights', async () => {
    const long = `${'deep/'.repeat(30)}file.txt`;
    const noise = Buffer.from(Array.from({ length: 400_000 }, (_, index) => (index * 7919) % 251));
    const one = directoryOf({ 'a.txt': 'a', 'b/c.txt': 'c', [long]: 'far', noise });
    const other = directoryOf({ noise, [long]: 'far', 'b/c.txt': 'c', 'a.txt': 'a' });
    utimesSync(join(other, 'a.txt'), 1, 1);
    chmodSync(join(other, 'a.txt'), 0o640);
    const [first, second] = [await layerOf(one), await layerOf(other)];
    expect(readFileSync(second.path).equals(readFileSync(first.path))).toBe(true);
    writeFileSync(join(other, 'a.txt'), 'A');
    expect((await layerOf(other)).digest).not.toBe(first.digest);
  });

  it('sorts names by their bytes, also those that look like numbers or lie about prototypes', async () => {
    const { path } = await layerOf(directoryOf({ '10': '', '2a': '', Z: '', a: '', ['__proto__']: '', é: '' }));
    const names = (await entriesOf(path)).map(({ name }) => name.slice('app/'.length));
    expect(names).toEqual(['', '10', '2a', 'Z', '__proto__', 'a', 'é']);
  });

  it.each([
    ['/etc/passwd', 'sub/link'],
    ['../../secret', 'sub/link'],
    ['..', 'link'],
  ])('refuses a link to %s, which leads out', async (target, name) => {
    const directory = directoryOf({ 'sub/file': 'x' });
    symlinkSync(target, join(directory, name));
    await expect(layerOf(directory)).rejects.toThrow(`"${name}" is a link to "${target}", outside the directory`);
  });

  it.each([
    ['does not exist', () => join(tempDirectory(), 'gone')],
    ['is not a directory', () => join(directoryOf({ file: 'x' }), 'file')],
    ['has no files', () => tempDirectory()],
  ])('refuses a directory that %s', async (why, directory) => {
    await expect(layerOf(directory())).rejects.toThrow(why);
  });
});
