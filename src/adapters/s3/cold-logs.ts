import { createHash } from 'node:crypto';
import { gunzipSync, gzipSync } from 'node:zlib';
import type { ColdLogs, LogIndex } from '#ports/cold-logs.ts';
import type { Evidence } from '#ports/evidence.ts';
import type { LogChunk, LogLine } from '#ports/log-store.ts';

/** A piece is read whole, so it bounds what one page costs; smaller ones compress worse. */
const partCharacters = 2_000_000;

/**
 * Logs as gzipped NDJSON, one line of the log each, with the number of its chunk. A file is a row of gzip members, each of
 * which can be read alone by a range of bytes; to `zcat` they are one.
 */
export class S3ColdLogs implements ColdLogs {
  readonly #evidence: Evidence;

  constructor(evidence: Evidence) {
    this.#evidence = evidence;
  }

  async store(deploymentId: string, chunks: AsyncIterable<LogChunk>): Promise<LogIndex> {
    const key = this.#evidence.keyOf('log', deploymentId);
    const { bytes, ...facts } = await pack(chunks);
    const index: LogIndex = { key, bytes: bytes.byteLength, sha256: sha256Of(bytes), ...facts };
    await this.#evidence.put(key, bytes, { contentType: 'application/gzip', sha256: index.sha256 });
    await this.verify(index);
    return index;
  }

  async verify(index: LogIndex): Promise<void> {
    const bytes = await this.#evidence.get(index.key);
    if (!bytes) throw new Error(`The archived log ${index.key} is not there.`);
    if (sha256Of(bytes) !== index.sha256) throw new Error(`The archived log ${index.key} is not what was written.`);
    let lines = 0;
    for (const [number, { at }] of index.parts.entries()) {
      const end = index.parts[number + 1]?.at ?? index.bytes;
      lines += unpack(bytes.subarray(at, end)).reduce((sum, chunk) => sum + chunk.lines.length, 0);
    }
    if (lines !== index.lines) throw new Error(`The archived log ${index.key} has ${lines} of ${index.lines} lines.`);
  }

  async read(index: LogIndex, afterNumber: number, limit: number): Promise<readonly LogChunk[]> {
    const found: LogChunk[] = [];
    for (const [number, { at }] of index.parts.entries()) {
      const next = index.parts[number + 1];
      if (next && next.first <= afterNumber + 1) continue;
      if (found.length >= limit) break;
      const bytes = await this.#evidence.get(index.key, [at, (next?.at ?? index.bytes) - 1]);
      if (!bytes) throw new Error(`The archived log ${index.key} is not there.`);
      found.push(...unpack(bytes).filter(({ n }) => n > afterNumber));
    }
    return found.slice(0, limit);
  }
}

async function pack(chunks: AsyncIterable<LogChunk>) {
  const members: Uint8Array[] = [];
  const parts: { readonly first: number; readonly at: number }[] = [];
  let part: string[] = [];
  let partSize = 0;
  let first = 0;
  let written = 0;
  let lines = 0;
  let last = 0;
  const close = (): void => {
    if (part.length === 0) return;
    const member = gzipSync(part.join(''));
    parts.push({ first, at: written });
    members.push(member);
    written += member.byteLength;
    part = [];
    partSize = 0;
  };
  for await (const chunk of chunks) {
    if (part.length === 0) first = chunk.n;
    const text = chunk.lines.map((line) => `${JSON.stringify({ n: chunk.n, ...line })}\n`).join('');
    part.push(text);
    partSize += text.length;
    lines += chunk.lines.length;
    last = chunk.n;
    if (partSize >= partCharacters) close();
  }
  close();
  return { bytes: Buffer.concat(members), parts, lines, last };
}

/** The chunks of one member: lines of one number are one chunk. */
function unpack(member: Uint8Array): readonly LogChunk[] {
  const chunks: { n: number; lines: LogLine[] }[] = [];
  for (const text of gunzipSync(member).toString('utf8').split('\n')) {
    if (text === '') continue;
    const { n, ...line } = JSON.parse(text) as LogLine & { readonly n: number };
    const open = chunks.at(-1);
    if (open?.n === n) open.lines.push(line);
    else chunks.push({ n, lines: [line] });
  }
  return chunks;
}

function sha256Of(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
