import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { extract } from 'tar-stream';
import * as z from 'zod';
import {
  archiveHead,
  type ArchiveHeader,
  archiveLimits,
  decompressor,
  filesPrefix,
  headName,
  isInside,
  leadsInside,
} from './archive-shape.ts';

/** One thing that a stage left. */
export interface ArchiveEntry {
  readonly path: string;
  readonly kind: 'file' | 'directory' | 'link';
  readonly mode: number;
  readonly modifiedSeconds: number;
  /** Of a link: where it leads to. */
  readonly to?: string;
}

interface Readers {
  readonly onGone: (path: string) => void | Promise<void>;
  /** @param content of a file; whoever does not want it need not touch it */
  readonly onEntry: (entry: ArchiveEntry, content: () => Promise<Buffer>) => void | Promise<void>;
}

const kinds: Readonly<Partial<Record<NonNullable<ArchiveHeader['type']>, ArchiveEntry['kind']>>> = {
  file: 'file',
  directory: 'directory',
  symlink: 'link',
};
const paxTime = z.object({ mtime: z.string().regex(/^\d+\.\d+$/) });

/**
 * Reads an archive from its beginning to its end.
 *
 * @throws Error for anything that an archive of ours does not hold: a path or a link that leads out, or through a link, of
 *   the workspace, another kind of entry, more content than was ever packed
 */
export async function readArchive(archive: Uint8Array, { onGone, onEntry }: Readers): Promise<void> {
  const tar = extract();
  const source = pipeline(Readable.from([Buffer.from(archive)]), decompressor(archive), tar);
  // Thrown where the entries are read, too; here only so that nobody calls it unhandled.
  source.catch(() => undefined);
  const links = new Set<string>();
  let content = 0;
  let isFirst = true;
  for await (const file of tar) {
    const { header } = file;
    content += header.size ?? 0;
    if (content > archiveLimits.contentBytes) throw new Error('it holds more than 2 GB');
    const bytes = (): Promise<Buffer> => collected(file);
    if (isFirst) {
      isFirst = false;
      if (header.name !== headName) throw new Error(`it does not begin with ${headName}`);
      for (const path of archiveHead.parse(JSON.parse((await bytes()).toString('utf8'))).gone) {
        if (!isInside(path)) throw new Error(`it removes "${path}", which is not inside of the workspace`);
        await onGone(path);
      }
      continue;
    }
    const entry = entryOf(header);
    const through = parentsOf(entry.path).find((parent) => links.has(parent));
    if (through !== undefined) throw new Error(`"${entry.path}" lies behind the link "${through}"`);
    if (entry.kind === 'link') links.add(entry.path);
    await onEntry(entry, bytes);
    file.resume();
  }
  await source;
  if (isFirst) throw new Error('it is empty');
}

function entryOf(header: ArchiveHeader): ArchiveEntry {
  const kind = kinds[header.type ?? 'file'];
  const path = header.name.slice(filesPrefix.length).replace(/\/$/, '');
  if (!kind) throw new Error(`"${header.name}" is of the kind ${header.type}`);
  if (!header.name.startsWith(filesPrefix) || !isInside(path)) {
    throw new Error(`"${header.name}" is not inside of the workspace`);
  }
  const to = header.linkname ?? '';
  if (kind === 'link' && !leadsInside(path, to)) throw new Error(`"${path}" leads out of the workspace`);
  const modifiedSeconds = Number(paxTime.parse(header.pax).mtime);
  return { path, kind, mode: (header.mode ?? 0) & 0o7777, modifiedSeconds, ...(kind === 'link' && { to }) };
}

/** `a/b/c` lies in `a` and `a/b`. */
export function parentsOf(path: string): readonly string[] {
  const names = path.split('/').slice(0, -1);
  return names.map((_, index) => names.slice(0, index + 1).join('/'));
}

async function collected(stream: AsyncIterable<unknown>): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of stream) chunks.push(chunk as Uint8Array);
  return Buffer.concat(chunks);
}
