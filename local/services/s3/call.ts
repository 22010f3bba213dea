import type { DatabaseSync } from 'node:sqlite';
import type { HostClock } from '#local/clock.ts';
import type { WireResponse } from '#local/gateway/wire.ts';
import type { BlobFiles } from './blob-files.ts';
import type { Checksum } from './checksum.ts';

/** One request, with the `aws-chunked` coding undone and the body checked against what the client said about it. */
export interface S3Call {
  /** Empty only for ListBuckets. */
  readonly bucket: string;
  /** Empty for operations on the bucket. */
  readonly key: string;
  readonly query: URLSearchParams;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
  /** The verified checksum of the body, when the client sent one. */
  readonly checksum: Checksum | undefined;
}

/** What every operation works on. */
export interface S3Host {
  readonly store: DatabaseSync;
  readonly clock: HostClock;
  readonly files: BlobFiles;
}

export type S3Operation = (host: S3Host, call: S3Call) => WireResponse | Promise<WireResponse>;

export function emptyAnswer(status: number, headers: Readonly<Record<string, string>> = {}): WireResponse {
  return { status, headers, body: new Uint8Array() };
}
