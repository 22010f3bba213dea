import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { manifestAccept } from './image-documents.ts';
import { RegistryError, registryErrorOf } from './registry-error.ts';
import { registryRequests, type RegistryAccess, type SendRequest } from './registry-request.ts';

export interface ReadManifest {
  readonly mediaType: string;
  readonly digest: string;
  readonly bytes: Uint8Array;
}

/** A file that is to become a blob. */
export interface LocalBlob {
  readonly path: string;
  readonly digest: string;
  readonly size: number;
}

/** A registry that speaks the OCI distribution API. Every method rejects with `RegistryError`; what it gives is checked by digest. */
export interface Registry {
  /** @param reference a tag or a digest */
  readManifest(repository: string, reference: string): Promise<ReadManifest | undefined>;
  hasBlob(repository: string, digest: string): Promise<boolean>;
  download(repository: string, digest: string, path: string): Promise<void>;
  /** Lends a blob of another repository to this one, without its bytes passing here; `false` when the registry does not do so. */
  mount(repository: string, digest: string, from: string): Promise<boolean>;
  upload(repository: string, blob: LocalBlob): Promise<void>;
  writeManifest(repository: string, reference: string, mediaType: string, bytes: Uint8Array): Promise<void>;
}

/** Larger blobs go in pieces: one piece is in memory at a time, and fits any limit on requests that is known. */
const PIECE_BYTES = 16 * 1024 * 1024;
/** An upload that broke off is begun anew, since nobody knows how much of it arrived. */
const UPLOAD_ATTEMPTS = 3;

interface ClientOptions {
  readonly sleep: (milliseconds: number) => Promise<void>;
  readonly pieceBytes?: number;
}

export function registryClient(access: RegistryAccess, { sleep, pieceBytes = PIECE_BYTES }: ClientOptions): Registry {
  const send = registryRequests(access, sleep);
  const begin = async (repository: string, query = ''): Promise<Response> => {
    const answer = await send(`/v2/${repository}/blobs/uploads/${query}`, { method: 'POST' });
    if (answer.status === 201 || answer.status === 202) return answer;
    throw await registryErrorOf(`beginning an upload to ${repository}`, answer);
  };

  return {
    async readManifest(repository, reference) {
      const what = `reading the image ${repository} ${reference}`;
      const answer = await send(`/v2/${repository}/manifests/${reference}`, { headers: { accept: manifestAccept } });
      if (answer.status === 404 && (await isUnknown(answer.clone()))) return undefined;
      if (!answer.ok) throw await registryErrorOf(what, answer);
      const bytes = new Uint8Array(await answer.arrayBuffer());
      const digest = digestOf(bytes);
      const expected = reference.startsWith('sha256:') ? reference : answer.headers.get('docker-content-digest');
      if (expected !== null && expected !== digest)
        throw new RegistryError(`${what}: its bytes have the digest ${digest}`);
      return { mediaType: answer.headers.get('content-type')?.split(';')[0] ?? '', digest, bytes };
    },

    async hasBlob(repository, digest) {
      const answer = await send(`/v2/${repository}/blobs/${digest}`, { method: 'HEAD' });
      if (answer.ok) return true;
      if (answer.status === 404) return false;
      throw await registryErrorOf(`looking for ${digest} in ${repository}`, answer);
    },

    async download(repository, digest, path) {
      const what = `reading ${digest} from ${repository}`;
      const answer = await send(`/v2/${repository}/blobs/${digest}`);
      if (!answer.ok || !answer.body) throw await registryErrorOf(what, answer);
      const hash = createHash('sha256');
      const hashing = new Transform({
        transform(chunk: Buffer, _encoding, done) {
          hash.update(chunk);
          done(null, chunk);
        },
      });
      await pipeline(Readable.fromWeb(answer.body), hashing, createWriteStream(path)).catch((cause: unknown) => {
        throw new RegistryError(`${what}: it broke off`, { cause });
      });
      const found = `sha256:${hash.digest('hex')}`;
      if (found !== digest) throw new RegistryError(`${what}: its bytes have the digest ${found}`);
    },

    async mount(repository, digest, from) {
      const query = new URLSearchParams({ mount: digest, from });
      const answer = await begin(repository, `?${query.toString()}`);
      if (answer.status === 201) return true;
      // The registry began an upload instead; left open, it would wait for its bytes.
      await send(locationIn(answer, access).href, { method: 'DELETE' });
      return false;
    },

    async upload(repository, blob) {
      for (let attempt = 1; ; attempt++) {
        try {
          return await uploadOnce(send, locationIn(await begin(repository), access), blob, { access, pieceBytes });
        } catch (error) {
          if (attempt === UPLOAD_ATTEMPTS) throw error;
        }
      }
    },

    async writeManifest(repository, reference, mediaType, bytes) {
      const answer = await send(`/v2/${repository}/manifests/${reference}`, {
        method: 'PUT',
        headers: { 'content-type': mediaType },
        body: Buffer.from(bytes),
      });
      if (answer.status !== 201) throw await registryErrorOf(`writing the image ${repository} ${reference}`, answer);
    },
  };
}

async function uploadOnce(
  send: SendRequest,
  begun: URL,
  { path, digest, size }: LocalBlob,
  { access, pieceBytes }: { readonly access: RegistryAccess; readonly pieceBytes: number },
): Promise<void> {
  const file = await open(path);
  try {
    let location = begun;
    let offset = 0;
    const piece = async (): Promise<Buffer<ArrayBuffer>> => {
      const bytes = Buffer.alloc(Math.min(pieceBytes, size - offset));
      await file.read(bytes, 0, bytes.byteLength, offset);
      return bytes;
    };
    for (; size - offset > pieceBytes; offset += pieceBytes) {
      const range = `${offset}-${offset + pieceBytes - 1}`;
      const answer = await send(location.href, { method: 'PATCH', headers: octets(range), body: await piece() });
      if (answer.status !== 202) throw await registryErrorOf(`uploading bytes ${range} of ${digest}`, answer);
      location = locationIn(answer, access);
    }
    location.searchParams.set('digest', digest);
    const last = offset > 0 ? octets(`${offset}-${size - 1}`) : octets();
    const answer = await send(location.href, { method: 'PUT', headers: last, body: await piece() });
    if (answer.status !== 201) throw await registryErrorOf(`uploading ${digest}`, answer);
  } finally {
    await file.close();
  }
}

function octets(range?: string): Record<string, string> {
  return { 'content-type': 'application/octet-stream', ...(range !== undefined && { 'content-range': range }) };
}

function locationIn(answer: Response, { endpoint }: RegistryAccess): URL {
  const location = answer.headers.get('location');
  if (location === null) throw new RegistryError('the registry began an upload and did not say where');
  return new URL(location, endpoint);
}

/** Not every 404 says that an image is absent: one that comes from in front of the registry has no such code. */
async function isUnknown(answer: Response): Promise<boolean> {
  return /"(MANIFEST|NAME)_UNKNOWN"/.test(await answer.text());
}

function digestOf(bytes: Uint8Array): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}
