import { promisify } from 'node:util';
import { crc32, inflateRaw } from 'node:zlib';

export interface ZipEntry {
  /** Path in the archive; a directory ends with a slash. Nothing is checked about it. */
  readonly path: string;
  /** Unix mode with the kind of file, or 0 in an archive from elsewhere. */
  readonly mode: number;
  content(): Promise<Buffer>;
}

const END = 0x06054b50;
const END_BYTES = 22;
const CENTRAL = 0x02014b50;
const CENTRAL_BYTES = 46;
const LOCAL_BYTES = 30;
const UNIX = 3;
const STORED = 0;
const DEFLATED = 8;
const inflate = promisify(inflateRaw);

/**
 * Lists a zip by its central directory: the only place where the modes of files stand, and which no unpacker at hand tells.
 *
 * @throws Error for what is no zip, and for ZIP64 and encrypted archives
 */
export function readZip(bytes: Uint8Array): readonly ZipEntry[] {
  const zip = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const end = endOfDirectory(zip);
  const count = zip.readUInt16LE(end + 10);
  let at = zip.readUInt32LE(end + 16);
  if (count === 0xffff || at === 0xffffffff) throw new Error('ZIP64 archives are not supported');
  return Array.from({ length: count }, () => {
    const { entry, next } = readEntry(zip, at);
    at = next;
    return entry;
  });
}

function endOfDirectory(zip: Buffer): number {
  // A comment of up to 64 KB may follow.
  const lowest = Math.max(0, zip.length - END_BYTES - 0xffff);
  for (let at = zip.length - END_BYTES; at >= lowest; at--) if (zip.readUInt32LE(at) === END) return at;
  throw new Error('not a zip archive');
}

function readEntry(zip: Buffer, at: number): { readonly entry: ZipEntry; readonly next: number } {
  if (zip.readUInt32LE(at) !== CENTRAL) throw new Error('the directory of the zip archive is damaged');
  if (zip.readUInt16LE(at + 8) & 1) throw new Error('encrypted archives are not supported');
  const method = zip.readUInt16LE(at + 10);
  const checksum = zip.readUInt32LE(at + 16);
  const packed = zip.readUInt32LE(at + 20);
  const size = zip.readUInt32LE(at + 24);
  const nameEnd = at + CENTRAL_BYTES + zip.readUInt16LE(at + 28);
  const next = nameEnd + zip.readUInt16LE(at + 30) + zip.readUInt16LE(at + 32);
  const local = zip.readUInt32LE(at + 42);
  const path = zip.toString('utf8', at + CENTRAL_BYTES, nameEnd);

  return {
    next,
    entry: {
      path,
      mode: zip.readUInt8(at + 5) === UNIX ? zip.readUInt32LE(at + 38) >>> 16 : 0,
      async content() {
        const from = local + LOCAL_BYTES + zip.readUInt16LE(local + 26) + zip.readUInt16LE(local + 28);
        const raw = zip.subarray(from, from + packed);
        const data = await unpack(raw, method, size);
        if (data.length !== size || crc32(data) !== checksum) throw new Error(`${path} is damaged`);
        return data;
      },
    },
  };
}

async function unpack(raw: Buffer, method: number, size: number): Promise<Buffer> {
  if (method === STORED) return raw;
  if (method !== DEFLATED) throw new Error(`compression method ${method} is not supported`);
  // The declared size is also the most that may come out.
  return size === 0 ? Buffer.alloc(0) : inflate(raw, { maxOutputLength: size });
}
