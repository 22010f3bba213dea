import { crc32 } from 'node:zlib';

/** CRC-32C (Castagnoli), reflected. */
export function crc32c(data: Uint8Array): Uint8Array {
  let value = 0xffffffff;
  for (const byte of data) value = (CASTAGNOLI[(value ^ byte) & 0xff] ?? 0) ^ (value >>> 8);
  return uint32(~value);
}

/** CRC-32 of zlib. */
export function crc32Bytes(data: Uint8Array): Uint8Array {
  return uint32(crc32(data));
}

/** CRC-64/NVME, reflected; two halves of 32 bits, because BigInt arithmetic would be some fifty times slower. */
export function crc64nvme(data: Uint8Array): Uint8Array {
  let high = 0xffffffff;
  let low = 0xffffffff;
  for (const byte of data) {
    const index = (low ^ byte) & 0xff;
    low = ((low >>> 8) | (high << 24)) ^ (NVME.low[index] ?? 0);
    high = (high >>> 8) ^ (NVME.high[index] ?? 0);
  }
  return Buffer.concat([uint32(~high), uint32(~low)]);
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value >>> 0);
  return bytes;
}

const CASTAGNOLI = Int32Array.from({ length: 256 }, (_, start) => {
  let value = start;
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0x82f63b78 : value >>> 1;
  return value;
});

const NVME = nvmeTable();

function nvmeTable(): { readonly high: Int32Array; readonly low: Int32Array } {
  const high = new Int32Array(256);
  const low = new Int32Array(256);
  for (let start = 0; start < 256; start++) {
    let value = BigInt(start);
    for (let bit = 0; bit < 8; bit++) value = value & 1n ? (value >> 1n) ^ 0x9a6c9329ac4bc9b5n : value >> 1n;
    high[start] = Number(BigInt.asIntN(32, value >> 32n));
    low[start] = Number(BigInt.asIntN(32, value));
  }
  return { high, low };
}
