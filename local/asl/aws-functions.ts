import { createHash } from 'node:crypto';
import { evaluate } from './expression.ts';

/** Where the functions take time and chance from, so that an execution can be repeated. */
export interface Sources {
  readonly now: () => number;
  readonly random: () => number;
}

const ALGORITHMS: Readonly<Record<string, string>> = {
  MD5: 'md5',
  'SHA-1': 'sha1',
  'SHA-256': 'sha256',
  'SHA-384': 'sha384',
  'SHA-512': 'sha512',
};

/** The functions that Step Functions adds to JSONata or changes in it, bound by name. */
export function awsFunctions({ now, random }: Sources) {
  return {
    now: (picture?: string, timezone?: string) =>
      picture === undefined
        ? new Date(now()).toISOString()
        : evaluate('$fromMillis($at, $picture, $zone)', { at: now(), picture, zone: timezone }),
    millis: () => now(),
    random: (seed?: number) => (seed === undefined ? random() : seeded(seed)),
    uuid: () => uuidFrom(random),
    partition,
    range,
    hash,
    parse: (text?: string) => (text === undefined ? undefined : (JSON.parse(text) as unknown)),
    eval: () => {
      throw new Error('$eval is not available in Step Functions; use $parse for JSON');
    },
  };
}

function partition(items: readonly unknown[] | undefined, size: number): unknown[][] | undefined {
  if (items === undefined) return undefined;
  if (!Array.isArray(items)) throw new Error('$partition expects an array');
  if (!Number.isInteger(size) || size < 1) throw new Error('$partition expects a positive whole chunk size');
  const list: readonly unknown[] = items;
  return Array.from({ length: Math.ceil(list.length / size) }, (_, n) => list.slice(n * size, (n + 1) * size));
}

function range(first: number, last: number, delta: number): number[] {
  if (![first, last, delta].every((value) => Number.isInteger(value))) throw new Error('$range expects three integers');
  if (delta === 0) throw new Error('$range expects a delta other than zero');
  const length = Math.max(0, Math.floor((last - first) / delta) + 1);
  if (length > 1000) throw new Error('$range makes at most 1000 numbers');
  return Array.from({ length }, (_, n) => first + n * delta);
}

function hash(data: string | undefined, algorithm = 'SHA-256'): string | undefined {
  if (data === undefined) return undefined;
  if (typeof data !== 'string') throw new Error('$hash expects a string');
  const name = ALGORITHMS[algorithm];
  if (!name) throw new Error(`$hash knows ${Object.keys(ALGORITHMS).join(', ')}, not ${algorithm}`);
  return createHash(name).update(data).digest('hex');
}

/** The same number for the same seed: a hash spread over [0, 1). */
function seeded(seed: number): number {
  if (typeof seed !== 'number') throw new Error('$random expects a number as its seed');
  return createHash('sha256').update(String(seed)).digest().readUIntBE(0, 6) / 2 ** 48;
}

/** A version 4 UUID, or rather the one that this source of chance gives. */
export function uuidFrom(random: () => number): string {
  const bytes = Buffer.from(Array.from({ length: 16 }, () => Math.floor(random() * 256)));
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
