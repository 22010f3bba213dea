import { createWriteStream } from 'node:fs';
import { chmod, link, lstat, mkdir, readdir, realpath, rm, symlink } from 'node:fs/promises';
import { basename, dirname, join, relative, resolve, sep } from 'node:path';
import { type Readable, PassThrough } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { extract, type Header } from 'tar-stream';
import { ImageNotUsable } from './image-not-usable.ts';

type Content = AsyncIterable<Uint8Array>;

const WHITEOUT = '.wh.';
const OPAQUE = '.wh..wh..opq';

/**
 * Lays one layer over what lies in `root`: files replace files, and whiteouts take away what earlier layers brought.
 *
 * @throws ImageNotUsable when an entry would land outside, or the layer is compressed by something else than gzip
 */
export async function unpackLayer(bytes: Readable, mediaType: string, root: string): Promise<void> {
  const isTar = mediaType.endsWith('.tar');
  if (!isTar && !/[+.]gzip$/.test(mediaType)) {
    bytes.destroy();
    throw new ImageNotUsable(`The local host cannot unpack a layer of the media type ${mediaType}.`);
  }
  const entries = extract();
  // The pipeline's failure reaches the loop as the error of its last stream.
  const fed = pipeline(bytes, isTar ? new PassThrough() : createGunzip(), entries);
  fed.catch(() => undefined);
  const top = await realpath(root);
  const added = new Set<string>();
  for await (const entry of entries) {
    await layDown(entry.header, entry as AsyncIterable<Uint8Array>, top, added);
    entry.resume();
  }
  await fed;
}

/** @param added what this layer brought: an opaque whiteout takes away only what lay there before */
async function layDown(header: Header, content: Content, root: string, added: Set<string>): Promise<void> {
  const path = within(root, header.name);
  if (path === root) return;
  const parent = await realParent(root, path);
  const place = join(parent, basename(path));
  if (basename(path) === OPAQUE) {
    for (const child of await readdir(parent)) {
      if (!added.has(join(parent, child))) await rm(join(parent, child), { recursive: true, force: true });
    }
    return;
  }
  if (basename(path).startsWith(WHITEOUT)) {
    const name = basename(path).slice(WHITEOUT.length);
    if (name === '' || name === '.' || name === '..') throw new ImageNotUsable(`"${header.name}" takes nothing away.`);
    await rm(join(parent, name), { recursive: true, force: true });
    return;
  }
  for (let each = place; each !== root && !added.has(each); each = dirname(each)) added.add(each);
  await write(header, content, place, root);
}

async function write(header: Header, content: Content, place: string, root: string): Promise<void> {
  // Set-uid and the like mean nothing here; without the owner's right the host could not clean up.
  const mode = ((header.mode ?? 0o644) & 0o777) | 0o600;
  if (header.type === 'directory') {
    const present = await lstat(place).catch(() => undefined);
    if (present && !present.isDirectory()) await rm(place);
    await mkdir(place, { recursive: true });
    return chmod(place, mode | 0o100);
  }
  await rm(place, { recursive: true, force: true });
  switch (header.type) {
    case 'file':
    case 'contiguous-file':
      await pipeline(content, createWriteStream(place));
      return chmod(place, mode);
    case 'symlink': {
      const target = header.linkname ?? '';
      // One that is absolute means a place in the image, and must not lead to the host's own.
      const meant = target.startsWith('/') ? within(root, target) : resolve(dirname(place), target);
      if (meant !== root && !meant.startsWith(root + sep)) escapes(header.name);
      return symlink(target.startsWith('/') ? relative(dirname(place), meant) || '.' : target, place);
    }
    case 'link': {
      const target = within(root, header.linkname ?? '');
      return link(join(await realParent(root, target), basename(target)), place);
    }
    default:
      // Devices and pipes: a program that needs them does not run as a process of the host.
      return undefined;
  }
}

/** Where a name of the layer lies; the image's root is the directory. */
function within(root: string, name: string): string {
  if (name.includes('\0') || name.split('/').includes('..')) escapes(name);
  return resolve(root, `./${name}`);
}

/** The directory that an entry goes to, made where it is absent. A link of an earlier layer may lead about, not out. */
async function realParent(root: string, path: string): Promise<string> {
  let place = root;
  for (const part of relative(root, dirname(path)).split(sep).filter(Boolean)) {
    const next = join(place, part);
    await mkdir(next).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error;
    });
    place = await realpath(next);
    if (place !== root && !place.startsWith(root + sep)) escapes(path);
  }
  return place;
}

function escapes(name: string): never {
  throw new ImageNotUsable(`The image's entry "${name}" leads out of the image.`);
}
