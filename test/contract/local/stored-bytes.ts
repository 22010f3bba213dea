import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Everything that lies in the store's files, its write-ahead log included. */
export function storedBytes(directory: string): Buffer {
  const files = readdirSync(directory).filter((name) => name.startsWith('state.sqlite'));
  if (files.length < 2) throw new Error(`There is no store with a write-ahead log in ${directory}.`);
  return Buffer.concat(files.map((name) => readFileSync(join(directory, name))));
}

/** The forms in which a value could lie there: raw, base64 at each of its three alignments, url-encoded, hex. */
export function formsOf(value: string): readonly string[] {
  // Without the first and last characters, which depend on what stands before and after.
  const aligned = [0, 1, 2].map((shift) =>
    Buffer.from(`${' '.repeat(shift)}${value}`)
      .toString('base64')
      .replace(/=+$/, '')
      .slice(4, -2),
  );
  return [value, ...aligned, encodeURIComponent(value), Buffer.from(value).toString('hex')];
}
