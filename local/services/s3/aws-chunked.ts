import { s3Fault } from './fault.ts';

interface Decoded {
  readonly body: Uint8Array;
  /** What follows the last chunk, names in lower case: the SDK's checksum of a body that it streamed. */
  readonly trailers: Readonly<Record<string, string>>;
}

/**
 * Undoes `Content-Encoding: aws-chunked`: `<hex size>[;chunk-signature=…]\r\n<data>\r\n … 0\r\n<trailers>\r\n\r\n`.
 * The signatures of chunks are not checked, as no signature is.
 *
 * @throws ServiceFault `IncompleteBody`
 */
export function decodeAwsChunked(body: Uint8Array, decodedLength: string | undefined): Decoded {
  const source = Buffer.from(body.buffer, body.byteOffset, body.byteLength);
  const incomplete = (): Error => s3Fault('IncompleteBody', 'The aws-chunked body is not complete.');
  const chunks: Buffer[] = [];
  let at = 0;
  for (;;) {
    const lineEnd = source.indexOf('\r\n', at);
    const size = /^([0-9a-f]+)(?:;.*)?$/i.exec(lineEnd < 0 ? '' : source.toString('latin1', at, lineEnd))?.[1];
    if (size === undefined) throw incomplete();
    at = lineEnd + 2;
    const length = Number.parseInt(size, 16);
    if (length === 0) break;
    if (source.toString('latin1', at + length, at + length + 2) !== '\r\n') throw incomplete();
    chunks.push(source.subarray(at, at + length));
    at += length + 2;
  }
  const decoded = Buffer.concat(chunks);
  if (decodedLength !== undefined && Number(decodedLength) !== decoded.byteLength) throw incomplete();
  return { body: decoded, trailers: parseTrailers(source.toString('latin1', at)) };
}

function parseTrailers(text: string): Record<string, string> {
  return Object.fromEntries(
    text
      .split(/\r?\n/)
      .filter((line) => line.includes(':'))
      .map((line) => [line.slice(0, line.indexOf(':')).trim().toLowerCase(), line.slice(line.indexOf(':') + 1).trim()]),
  );
}
