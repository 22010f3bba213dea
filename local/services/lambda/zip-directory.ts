/** One entry of a zip's central directory. */
export interface ZipEntry {
  readonly name: string;
  /** Size after decompression, as the archive claims. */
  readonly bytes: number;
  /** Unix mode with the file type bits; 0 when the archive was not written on a Unix. */
  readonly mode: number;
}

const END_OF_DIRECTORY = 0x06054b50;
const ENTRY = 0x02014b50;
const UNIX = 3;

/**
 * Reads the central directory: fflate inflates but tells nothing about modes, and an executable must stay one.
 * @throws Error when the bytes are no zip
 */
export function readZipDirectory(zip: Uint8Array): ZipEntry[] {
  const view = Buffer.from(zip.buffer, zip.byteOffset, zip.byteLength);
  const end = findEnd(view);
  const entries: ZipEntry[] = [];
  let at = view.readUInt32LE(end + 16);
  for (let left = view.readUInt16LE(end + 10); left > 0; left--) {
    if (view.readUInt32LE(at) !== ENTRY) throw new Error('broken central directory');
    const nameBytes = view.readUInt16LE(at + 28);
    const unix = view.readUInt8(at + 5) === UNIX;
    entries.push({
      name: view.toString('utf8', at + 46, at + 46 + nameBytes),
      bytes: view.readUInt32LE(at + 24),
      mode: unix ? view.readUInt32LE(at + 38) >>> 16 : 0,
    });
    at += 46 + nameBytes + view.readUInt16LE(at + 30) + view.readUInt16LE(at + 32);
  }
  return entries;
}

function findEnd(view: Buffer): number {
  // The record is 22 bytes plus a comment of at most 64 KB, so it is looked for from the back.
  for (let at = view.length - 22; at >= Math.max(0, view.length - 22 - 0xffff); at--) {
    if (view.readUInt32LE(at) === END_OF_DIRECTORY) return at;
  }
  throw new Error('no end of central directory');
}
