import { createECDH, randomBytes } from 'node:crypto';

/**
 * ECDSA over P-256 on a digest that the caller made (KMS's `MessageType: DIGEST`), which `node:crypto` does not offer:
 * its `sign` hashes what it is given. The curve's arithmetic is OpenSSL's; only the two formulas of FIPS 186-5, 6.4,
 * are written out. Not constant in time, which matters to nobody on one's own machine.
 */

/** Order of the base point. */
const N = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;

/**
 * @param digest 32 bytes
 * @returns the signature in DER
 */
export function signDigest(privateScalar: Uint8Array, digest: Uint8Array): Uint8Array {
  const d = toInteger(privateScalar);
  const z = toInteger(digest);
  for (;;) {
    const k = toInteger(randomBytes(32));
    if (k === 0n || k >= N) continue;
    const r = xOfMultiple(k);
    const s = (inverse(k) * (z + r * d)) % N;
    if (r !== 0n && s !== 0n) return toDer([r, s]);
  }
}

/**
 * The key's owner knows `d`, so that u1·G + u2·Q is one multiple of G: (u1 + u2·d)·G.
 *
 * @returns false as well for what is no signature in DER
 */
export function verifyDigest(privateScalar: Uint8Array, digest: Uint8Array, signature: Uint8Array): boolean {
  const [r, s] = fromDer(signature) ?? [0n, 0n];
  if (r <= 0n || r >= N || s <= 0n || s >= N) return false;
  const w = inverse(s);
  const multiple = (toInteger(digest) * w + r * w * toInteger(privateScalar)) % N;
  return multiple !== 0n && xOfMultiple(multiple) === r;
}

/** x of scalar·G, modulo the order. */
function xOfMultiple(scalar: bigint): bigint {
  const curve = createECDH('prime256v1');
  curve.setPrivateKey(toBytes(scalar));
  return toInteger(curve.getPublicKey().subarray(1, 33)) % N;
}

/** By Fermat: the order is a prime. */
function inverse(value: bigint): bigint {
  let result = 1n;
  let base = value % N;
  for (let exponent = N - 2n; exponent > 0n; exponent >>= 1n) {
    if (exponent & 1n) result = (result * base) % N;
    base = (base * base) % N;
  }
  return result;
}

function toInteger(bytes: Uint8Array): bigint {
  return BigInt(`0x${Buffer.from(bytes).toString('hex') || '0'}`);
}

function toBytes(value: bigint): Buffer {
  return Buffer.from(value.toString(16).padStart(64, '0'), 'hex');
}

/** SEQUENCE of two INTEGERs; both fit the short form of a length. */
function toDer(integers: readonly bigint[]): Uint8Array {
  const content = integers.map((integer) => {
    const hex = integer.toString(16);
    const bytes = Buffer.from(hex.length % 2 ? `0${hex}` : hex, 'hex');
    const positive = (bytes[0] ?? 0) & 0x80 ? Buffer.concat([Buffer.of(0), bytes]) : bytes;
    return Buffer.concat([Buffer.of(0x02, positive.length), positive]);
  });
  const joined = Buffer.concat(content);
  return Buffer.concat([Buffer.of(0x30, joined.length), joined]);
}

/** Takes only the one encoding that DER allows, so that a signature has no second spelling. */
function fromDer(signature: Uint8Array): [bigint, bigint] | undefined {
  const bytes = Buffer.from(signature);
  const rLength = bytes[3] ?? 0;
  const sLength = bytes[5 + rLength] ?? 0;
  const integers: [bigint, bigint] = [
    toInteger(bytes.subarray(4, 4 + rLength)),
    toInteger(bytes.subarray(6 + rLength, 6 + rLength + sLength)),
  ];
  return bytes.equals(toDer(integers)) ? integers : undefined;
}
