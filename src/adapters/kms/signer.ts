import { createPublicKey, verify, type KeyObject } from 'node:crypto';
import { GetPublicKeyCommand, SignCommand, type KMSClient } from '@aws-sdk/client-kms';
import type { PublicKey, Signature, Signer } from '#ports/signer.ts';

/** Signs with a KMS key and verifies with its public half, fetched once and checked in this process. */
export class KmsSigner implements Signer {
  readonly #client: KMSClient;
  readonly #keyId: string;
  #publicKey: Promise<{ readonly arn: string; readonly key: KeyObject }> | undefined;

  constructor(client: KMSClient, keyId: string) {
    this.#client = client;
    this.#keyId = keyId;
  }

  async sign(text: string): Promise<Signature> {
    const { KeyId = '', Signature: bytes = new Uint8Array() } = await this.#client.send(
      new SignCommand({
        KeyId: this.#keyId,
        Message: Buffer.from(text),
        MessageType: 'RAW',
        SigningAlgorithm: 'ECDSA_SHA_256',
      }),
    );
    return { keyId: KeyId, value: Buffer.from(bytes).toString('base64') };
  }

  async verify(text: string, signature: Signature): Promise<boolean> {
    const { arn, key } = await this.#loadKey();
    // The key that a signature names is a hint of its maker; only our own counts.
    if (signature.keyId !== arn) return false;
    return verify('sha256', Buffer.from(text), key, Buffer.from(signature.value, 'base64'));
  }

  async publicKey(): Promise<PublicKey> {
    const { arn, key } = await this.#loadKey();
    return { keyId: arn, pem: key.export({ type: 'spki', format: 'pem' }).toString() };
  }

  #loadKey() {
    this.#publicKey ??= this.#fetchKey().catch((error: unknown) => {
      this.#publicKey = undefined;
      throw error;
    });
    return this.#publicKey;
  }

  async #fetchKey() {
    const { KeyId = '', PublicKey = new Uint8Array() } = await this.#client.send(
      new GetPublicKeyCommand({ KeyId: this.#keyId }),
    );
    return { arn: KeyId, key: createPublicKey({ key: Buffer.from(PublicKey), format: 'der', type: 'spki' }) };
  }
}
