import { GetObjectCommand, InvalidObjectState, NoSuchKey, PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { decodeTime } from 'ulid';
import { Refusal } from '#domain/refusal.ts';
import type { Evidence, EvidenceFacts } from '#ports/evidence.ts';

const suffixes = { record: '.json', log: '.ndjson.gz' } as const;

/** The evidence bucket. */
export class S3Evidence implements Evidence {
  readonly #client: S3Client;
  readonly #bucket: string;

  constructor(client: S3Client, bucket: string) {
    this.#client = client;
    this.#bucket = bucket;
  }

  /** By the month in which the id was made, so that a record is found when nothing else is known of it. */
  keyOf(kind: 'record' | 'log', deploymentId: string): string {
    return `${kind}s/${monthPathOf(deploymentId)}/${deploymentId}${suffixes[kind]}`;
  }

  async put(key: string, bytes: Uint8Array, { contentType, sha256 }: EvidenceFacts): Promise<void> {
    await this.#client.send(
      new PutObjectCommand({
        Bucket: this.#bucket,
        Key: key,
        Body: bytes,
        ContentType: contentType,
        Metadata: { sha256 },
        // Seldom read and then at once: see docs/operations/retention.md.
        StorageClass: 'GLACIER_IR',
      }),
    );
  }

  async get(key: string, range?: readonly [first: number, last: number]): Promise<Uint8Array | undefined> {
    try {
      const { Body } = await this.#client.send(
        new GetObjectCommand({
          Bucket: this.#bucket,
          Key: key,
          ...(range && { Range: `bytes=${range[0]}-${range[1]}` }),
        }),
      );
      return await Body?.transformToByteArray();
    } catch (error) {
      if (error instanceof NoSuchKey) return undefined;
      if (error instanceof InvalidObjectState) throw asleep(key, error);
      throw error;
    }
  }
}

/** What an installation moved to deep storage after years is there, and not at once. */
function asleep(key: string, cause: unknown): Refusal {
  return new Refusal(
    'unavailable',
    `${key} of the evidence bucket is in deep storage. An auditor brings it back within a day: aws s3api restore-object.`,
    { cause },
  );
}

function monthPathOf(deploymentId: string): string {
  const [, ulid] = /^dep_([0-7][0-9A-HJKMNP-TV-Z]{25})$/.exec(deploymentId) ?? [];
  if (ulid === undefined) return 'undated';
  return new Date(decodeTime(ulid)).toISOString().slice(0, 7).replace('-', '/');
}
