import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { unzipSync } from 'fflate';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { reproducibleZip } from '#runner/zip.ts';
import { tempDirectory } from './temp-directory.ts';

interface File {
  readonly name: string;
  readonly content: Uint8Array;
  readonly executable: boolean;
}

/** Writes the files in the order given, with a time and modes that must not matter. */
function materialise(directory: string, files: readonly File[], seconds: number, groupBits: number): string {
  for (const { name, content, executable } of files) {
    const path = join(directory, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, content);
    chmodSync(path, (executable ? 0o700 : 0o600) | groupBits);
    utimesSync(path, seconds, seconds);
  }
  return directory;
}

const part = fc.oneof(
  fc.stringMatching(/^[a-z0-9][a-zA-Z0-9._ -]{0,6}$/),
  fc.constantFrom('10', '2', '2a', '__proto__', 'constructor', 'ä'),
);
const file: fc.Arbitrary<File> = fc.record({
  // A directory's name ends in `.d`, a file's in `.f`, so that no path is both.
  name: fc
    .tuple(fc.array(part, { maxLength: 2 }), part)
    .map(([directories, last]) => [...directories.map((each) => `${each}.d`), `${last}.f`].join('/')),
  content: fc.uint8Array({ maxLength: 300 }),
  executable: fc.boolean(),
});
const tree = fc.uniqueArray(file, { selector: ({ name }) => name, minLength: 1, maxLength: 8 });

describe('a file that is added', () => {
  const added = [{ name: '.own/start', content: Buffer.from('go'), executable: true }];

  it('lies among those of the directory', async () => {
    const directory = tempDirectory();
    writeFileSync(join(directory, 'a'), 'own');
    const files = Object.entries(unzipSync(await reproducibleZip(directory, added)));
    expect(files.map(([name, bytes]) => [name, Buffer.from(bytes).toString()])).toEqual([
      ['.own/start', 'go'],
      ['a', 'own'],
    ]);
  });

  it('has a folder to itself', async () => {
    const directory = tempDirectory();
    mkdirSync(join(directory, '.own'));
    writeFileSync(join(directory, '.own', 'other'), '');
    await expect(reproducibleZip(directory, added)).rejects.toThrow(
      '".own/other" lies in a folder that the deployment service fills; name it otherwise',
    );
  });
});

describe('reproducibleZip', () => {
  it('gives the same bytes for the same tree, whatever its times, group bits and order of creation', async () => {
    const root = tempDirectory();
    let run = 0;
    await fc.assert(
      fc.asyncProperty(
        tree,
        fc.integer({ min: 1, max: 2e9 }),
        fc.integer({ min: 1, max: 2e9 }),
        async (files, a, b) => {
          const base = join(root, String(run++));
          const one = await reproducibleZip(materialise(join(base, 'one'), files, a, 0o000));
          const other = await reproducibleZip(materialise(join(base, 'other'), files.toReversed(), b, 0o066));
          expect(Buffer.compare(one, other)).toBe(0);
        },
      ),
      { numRuns: 40 },
    );
  });

  it('gives other bytes when a content, a name or an executable bit differs', async () => {
    const of = async (name: string, content: string, executable: boolean): Promise<string> => {
      const files = [{ name, content: Buffer.from(content), executable }];
      return Buffer.from(await reproducibleZip(materialise(tempDirectory(), files, 1, 0))).toString('hex');
    };
    const zips = await Promise.all([of('a', 'x', false), of('a', 'y', false), of('b', 'x', false), of('a', 'x', true)]);
    expect(new Set(zips).size).toBe(4);
  });

  it('holds every file with its content, sorted by name', async () => {
    const names = ['b/2a', 'b/10', 'b/__proto__', 'a.txt', 'ä', 'Z'];
    const files = names.map((name) => ({ name, content: Buffer.from(`in ${name}`), executable: false }));
    const zip = await reproducibleZip(materialise(tempDirectory(), files, 1, 0));
    const listed: string[] = [];
    const contents = unzipSync(zip, { filter: ({ name }) => listed.push(name) > 0 });
    expect(listed).toEqual(['Z', 'a.txt', 'b/10', 'b/2a', 'b/__proto__', 'ä']);
    expect(Buffer.from(contents['b/10'] ?? []).toString()).toBe('in b/10');
  });

  it('writes modes 0644 and 0755 and the first day of 1980', async () => {
    const files = [
      { name: 'plain', content: Buffer.from('x'), executable: false },
      { name: 'tool', content: Buffer.from('x'), executable: true },
    ];
    const zip = Buffer.from(await reproducibleZip(materialise(tempDirectory(), files, 1e9, 0o066)));
    const entries = centralDirectory(zip);
    expect(entries).toEqual([
      { name: 'plain', mode: 0o100_644, date: 0x0021, time: 0 },
      { name: 'tool', mode: 0o100_755, date: 0x0021, time: 0 },
    ]);
  });

  it('does not depend on the time zone of the host', () => {
    const directory = tempDirectory();
    writeFileSync(join(directory, 'a'), 'x');
    const module = new URL('../../../src/runner/zip.ts', import.meta.url).href;
    const script = `import(${JSON.stringify(module)}).then(async (m) => process.stdout.write(await m.reproducibleZip(${JSON.stringify(directory)})))`;
    const zipIn = (zone: string): string =>
      execFileSync(process.execPath, ['-e', script], { env: { ...process.env, TZ: zone } }).toString('hex');
    expect(zipIn('America/New_York')).toBe(zipIn('Asia/Tokyo'));
  });

  it('refuses a symbolic link, naming it', async () => {
    const directory = tempDirectory();
    mkdirSync(join(directory, 'lib'));
    symlinkSync('/etc/passwd', join(directory, 'lib', 'secret'));
    await expect(reproducibleZip(directory)).rejects.toThrow('"lib/secret" is a symbolic link');
  });

  it('refuses a directory that is itself a symbolic link', async () => {
    const directory = tempDirectory();
    symlinkSync('/etc', join(directory, 'dist'));
    await expect(reproducibleZip(join(directory, 'dist'))).rejects.toThrow('dist is not a directory');
  });

  it('refuses a named pipe instead of waiting for it', async () => {
    const directory = tempDirectory();
    execFileSync('mkfifo', [join(directory, 'pipe')]);
    await expect(reproducibleZip(directory)).rejects.toThrow('"pipe" is not a regular file');
  });

  it('refuses a directory that is absent or without files', async () => {
    const directory = tempDirectory();
    await expect(reproducibleZip(join(directory, 'dist'))).rejects.toThrow('dist does not exist');
    mkdirSync(join(directory, 'empty', 'deeper'), { recursive: true });
    await expect(reproducibleZip(join(directory, 'empty'))).rejects.toThrow('empty has no files');
  });
});

/** Reads what `unzipSync` does not tell, by the layout in PKWARE's APPNOTE, 4.3.12. */
function centralDirectory(zip: Buffer) {
  const end = zip.lastIndexOf(Buffer.from([0x50, 0x4b, 0x05, 0x06]));
  const entries: { name: string; mode: number; date: number; time: number }[] = [];
  let at = zip.readUInt32LE(end + 16);
  for (let count = zip.readUInt16LE(end + 10); count > 0; count--) {
    const length = zip.readUInt16LE(at + 28);
    entries.push({
      name: zip.toString('utf8', at + 46, at + 46 + length),
      mode: zip.readUInt32LE(at + 38) >>> 16,
      date: zip.readUInt16LE(at + 14),
      time: zip.readUInt16LE(at + 12),
    });
    at += 46 + length + zip.readUInt16LE(at + 30) + zip.readUInt16LE(at + 32);
  }
  return entries;
}
