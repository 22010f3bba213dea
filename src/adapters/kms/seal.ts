import { createHmac, timingSafeEqual } from 'node:crypto';
import { GenerateMacCommand, type KMSClient } from '@aws-sdk/client-kms';
import type { Seal } from '#ports/seal.ts';

/**
 * Seals with keys that are derived, one per purpose, by a KMS HMAC key that never leaves KMS: one request per purpose
 * and process, whatever the number of seals.
 */
export class KmsSeal implements Seal {
  readonly #client: KMSClient;
  readonly #keyId: string;
  readonly #keys = new Map<string, Promise<Uint8Array>>();

  constructor(client: KMSClient, keyId: string) {
    this.#client = client;
    this.#keyId = keyId;
  }

  async seal(purpose: string, text: string): Promise<string> {
    return (await this.#mac(purpose, text)).toString('base64url');
  }

  async matches(purpose: string, text: string, seal: string): Promise<boolean> {
    const wanted = await this.#mac(purpose, text);
    const given = Buffer.from(seal, 'base64url');
    // The last letter has two bits that mean nothing: another spelling of a seal is another text, and none of ours.
    if (given.toString('base64url') !== seal) return false;
    return given.byteLength === wanted.byteLength && timingSafeEqual(given, wanted);
  }

  async #mac(purpose: string, text: string): Promise<Buffer> {
    return createHmac('sha256', await this.#keyFor(purpose))
      .update(text)
      .digest();
  }

  #keyFor(purpose: string): Promise<Uint8Array> {
    const known = this.#keys.get(purpose);
    if (known) return known;
    const made = this.#deriveKey(purpose).catch((error: unknown) => {
      this.#keys.delete(purpose);
      throw error;
    });
    this.#keys.set(purpose, made);
    return made;
  }

  async #deriveKey(purpose: string): Promise<Uint8Array> {
    const { Mac } = await this.#client.send(
      new GenerateMacCommand({
        KeyId: this.#keyId,
        MacAlgorithm: 'HMAC_SHA_256',
        Message: Buffer.from(`deployment-service/seal/${purpose}`),
      }),
    );
    if (!Mac) throw new Error('KMS answered GenerateMac without a MAC.');
    return Mac;
  }
}
