import { readdir, readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { gunzipSync } from 'node:zlib';
import { unzipSync } from 'fflate';

/** Something stored, with where it lies. Bytes are read as Latin-1, so that none are lost. */
export interface StoredText {
  readonly place: string;
  readonly text: string;
}

/** All that lies in the directory of a host that is closed: every file, archives taken apart, and every cell of every table. */
export async function storedTexts(directory: string): Promise<readonly StoredText[]> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  const paths = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const found: StoredText[] = [];
  for (const path of paths) {
    const place = relative(directory, path);
    found.push(...unpacked(place, await readFile(path)));
    if (path.endsWith('.sqlite')) found.push(...cells(place, path));
  }
  return found;
}

function unpacked(place: string, bytes: Uint8Array): readonly StoredText[] {
  const own = { place, text: Buffer.from(bytes).toString('latin1') };
  if (bytes[0] === 0x50 && bytes[1] === 0x4b) {
    const entries = Object.entries(unzipSync(bytes));
    return [own, ...entries.flatMap(([name, content]) => unpacked(`${place}!${name}`, content))];
  }
  if (bytes[0] === 0x1f && bytes[1] === 0x8b) return [own, ...unpacked(`${place}!`, gunzipSync(bytes))];
  return [own];
}

function cells(place: string, path: string): readonly StoredText[] {
  const database = new DatabaseSync(path, { readOnly: true });
  try {
    const tables = database.prepare("SELECT name FROM sqlite_master WHERE type = 'table'").all();
    return tables.flatMap(({ name }) =>
      database
        .prepare(`SELECT * FROM "${String(name)}"`)
        .all()
        .flatMap((row) =>
          Object.entries(row).flatMap(([column, value]) => {
            const where = `${place}!${String(name)}.${column}`;
            return value instanceof Uint8Array
              ? unpacked(where, value)
              : [{ place: where, text: Buffer.from(String(value)).toString('latin1') }];
          }),
        ),
    );
  } finally {
    database.close();
  }
}
