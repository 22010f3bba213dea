import { createHash } from 'node:crypto';
import { crc32Bytes, crc32c, crc64nvme } from './crc.ts';
import { s3Fault } from './fault.ts';

const ALGORITHMS = {
  CRC32: crc32Bytes,
  CRC32C: crc32c,
  CRC64NVME: crc64nvme,
  SHA1: (data: Uint8Array): Uint8Array => createHash('sha1').update(data).digest(),
  SHA256: (data: Uint8Array): Uint8Array => createHash('sha256').update(data).digest(),
} as const;

export type ChecksumAlgorithm = keyof typeof ALGORITHMS;

export type ChecksumType = 'FULL_OBJECT' | 'COMPOSITE';

/** A checksum as S3 keeps it: `value` in base64, with `-<parts>` behind it when it is made of the parts' checksums. */
export interface Checksum {
  readonly algorithm: ChecksumAlgorithm;
  readonly value: string;
  readonly type: ChecksumType;
}

export const CHECKSUM_ALGORITHMS = Object.keys(ALGORITHMS) as readonly ChecksumAlgorithm[];

export function checksumHeader(algorithm: ChecksumAlgorithm): string {
  return `x-amz-checksum-${algorithm.toLowerCase()}`;
}

export function checksumOf(algorithm: ChecksumAlgorithm, data: Uint8Array): string {
  return Buffer.from(ALGORITHMS[algorithm](data)).toString('base64');
}

/** @throws ServiceFault `InvalidRequest` for a name that is none of the five algorithms */
export function parseAlgorithm(name: string | undefined): ChecksumAlgorithm | undefined {
  if (name === undefined) return undefined;
  const known = CHECKSUM_ALGORITHMS.find((algorithm) => algorithm === name.toUpperCase());
  if (!known) throw s3Fault('InvalidRequest', `The local endpoint does not support the checksum algorithm ${name}.`);
  return known;
}

/** The checksum that headers (or trailers) carry, unverified. */
export function statedChecksum(
  headers: Readonly<Record<string, string>>,
): { algorithm: ChecksumAlgorithm; value: string } | undefined {
  for (const algorithm of CHECKSUM_ALGORITHMS) {
    const value = headers[checksumHeader(algorithm)];
    if (value !== undefined) return { algorithm, value };
  }
  return undefined;
}

/**
 * Checks a body against what the client said about it, and gives the checksum to keep.
 *
 * @throws ServiceFault `BadDigest`, `InvalidDigest` or `XAmzContentSHA256Mismatch`
 */
export function verifyBody(body: Uint8Array, headers: Readonly<Record<string, string>>): Checksum | undefined {
  const md5 = headers['content-md5'];
  if (md5 !== undefined) {
    if (Buffer.from(md5, 'base64').byteLength !== 16) {
      throw s3Fault('InvalidDigest', 'The Content-MD5 you specified is not valid.');
    }
    if (createHash('md5').update(body).digest('base64') !== md5) {
      throw s3Fault('BadDigest', 'The Content-MD5 you specified did not match what we received.');
    }
  }
  const signed = headers['x-amz-content-sha256'];
  if (signed && /^[0-9a-f]{64}$/.test(signed) && createHash('sha256').update(body).digest('hex') !== signed) {
    throw s3Fault(
      'XAmzContentSHA256Mismatch',
      "The provided 'x-amz-content-sha256' header does not match what was computed.",
    );
  }
  const stated = statedChecksum(headers);
  if (!stated) return undefined;
  if (checksumOf(stated.algorithm, body) !== stated.value) {
    throw s3Fault('BadDigest', `The ${stated.algorithm} you specified did not match the calculated checksum.`);
  }
  return { ...stated, type: 'FULL_OBJECT' };
}

/** `x-amz-checksum-…` and its type, as answers carry them. */
export function checksumHeaders(checksum: Checksum | undefined): Record<string, string> {
  if (!checksum) return {};
  return { [checksumHeader(checksum.algorithm)]: checksum.value, 'x-amz-checksum-type': checksum.type };
}

/** The same as elements of an XML answer, for instance `ChecksumSHA256`. */
export function checksumElements(checksum: Checksum | undefined): Record<string, string> {
  if (!checksum) return {};
  return { [`Checksum${checksum.algorithm}`]: checksum.value, ChecksumType: checksum.type };
}
