import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { closeSync, fsyncSync, mkdirSync, openSync, readFileSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';

/** Encrypts what must not lie in the store in the clear, with a key that lies elsewhere. */
export interface Sealer {
  /** @param context where the value belongs; it opens there and nowhere else, so that rows cannot be exchanged */
  seal(plain: Uint8Array, context: string): Buffer;
  /** @throws Error when the value was altered, belongs elsewhere, or another key sealed it */
  open(sealed: Uint8Array, context: string): Buffer;
}

const ALGORITHM = 'aes-256-gcm';
const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** AES-256-GCM; a sealed value is nonce, tag and ciphertext. */
export function createSealer(key: Uint8Array): Sealer {
  return {
    seal(plain, context) {
      const nonce = randomBytes(NONCE_BYTES);
      const cipher = createCipheriv(ALGORITHM, key, nonce).setAAD(Buffer.from(context));
      const body = Buffer.concat([cipher.update(plain), cipher.final()]);
      return Buffer.concat([nonce, cipher.getAuthTag(), body]);
    },
    open(sealed, context) {
      const nonce = sealed.subarray(0, NONCE_BYTES);
      const tag = sealed.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES);
      const decipher = createDecipheriv(ALGORITHM, key, nonce, { authTagLength: TAG_BYTES })
        .setAAD(Buffer.from(context))
        .setAuthTag(tag);
      return Buffer.concat([decipher.update(sealed.subarray(NONCE_BYTES + TAG_BYTES)), decipher.final()]);
    },
  };
}

/**
 * A sealer whose key lies in a file of its own that only its owner reads; made when absent.
 *
 * @throws Error when the file holds no key: a new one would make every sealed value unreadable
 */
export function openSealer(file: string): Sealer {
  const key = makeKey(file) ?? readFileSync(file);
  if (key.byteLength !== KEY_BYTES) {
    throw new Error(`${file} holds no key of ${KEY_BYTES} bytes. Put the right one back, or start in a new directory.`);
  }
  return createSealer(key);
}

/** Undefined when the file is there. The key is on disk before anything is sealed with it. */
function makeKey(file: string): Buffer | undefined {
  mkdirSync(dirname(file), { recursive: true });
  let descriptor: number;
  try {
    descriptor = openSync(file, 'wx', 0o600);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return undefined;
    throw error;
  }
  try {
    const key = randomBytes(KEY_BYTES);
    writeSync(descriptor, key);
    fsyncSync(descriptor);
    return key;
  } finally {
    closeSync(descriptor);
  }
}
