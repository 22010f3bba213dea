import {
  CopyObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  NoSuchKey,
  NotFound,
  PutObjectCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import type { BlobStore } from '#ports/blob-store.ts';

export class S3BlobStore implements BlobStore {
  readonly #client: S3Client;
  readonly #bucket: string;

  constructor(client: S3Client, bucket: string) {
    this.#client = client;
    this.#bucket = bucket;
  }

  async get(key: string): Promise<Uint8Array | undefined> {
    try {
      const { Body } = await this.#client.send(new GetObjectCommand({ Bucket: this.#bucket, Key: key }));
      return await Body?.transformToByteArray();
    } catch (error) {
      if (error instanceof NoSuchKey) return undefined;
      throw error;
    }
  }

  async size(key: string): Promise<number | undefined> {
    try {
      const { ContentLength } = await this.#client.send(new HeadObjectCommand({ Bucket: this.#bucket, Key: key }));
      return ContentLength;
    } catch (error) {
      // A HEAD has no body that could name the error.
      if (error instanceof NotFound) return undefined;
      throw error;
    }
  }

  async put(key: string, body: Uint8Array | string, metadata?: Readonly<Record<string, string>>): Promise<void> {
    const object = { Bucket: this.#bucket, Key: key, Body: body };
    await this.#client.send(new PutObjectCommand({ ...object, ...(metadata && { Metadata: { ...metadata } }) }));
  }

  async copy(from: string, to: string): Promise<boolean> {
    const source = [this.#bucket, ...from.split('/')].map(encodeURIComponent).join('/');
    try {
      await this.#client.send(new CopyObjectCommand({ Bucket: this.#bucket, Key: to, CopySource: source }));
      return true;
    } catch (error) {
      // The operation has no error of its own for it.
      if (error instanceof Error && error.name === NoSuchKey.name) return false;
      throw error;
    }
  }
}
