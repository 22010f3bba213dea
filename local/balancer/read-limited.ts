import type { IncomingMessage } from 'node:http';

const DISCARDED_TIMES = 10;

/**
 * The whole body, or undefined when it is longer than `limitBytes`.
 * What is over the limit is read and thrown away, up to a point: a client that still sends would lose the refusal with
 * the connection. Rejects when the client goes away.
 */
export async function readLimited(request: IncomingMessage, limitBytes: number): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request.iterator({ destroyOnReturn: false })) {
    bytes += (chunk as Buffer).byteLength;
    if (bytes <= limitBytes) chunks.push(chunk as Buffer);
    else chunks.length = 0;
    if (bytes > limitBytes * DISCARDED_TIMES) return undefined;
  }
  return bytes > limitBytes ? undefined : Buffer.concat(chunks);
}
