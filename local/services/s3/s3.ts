import type { DatabaseSync } from 'node:sqlite';
import type { HostClock } from '#local/clock.ts';
import { ServiceFault, type WireRequest, type WireResponse, type WireService } from '#local/gateway/wire.ts';
import { decodeAwsChunked } from './aws-chunked.ts';
import { openBlobFiles, type Segment } from './blob-files.ts';
import { requireBucket } from './buckets.ts';
import type { S3Call, S3Host } from './call.ts';
import { CHECKSUM_ALGORITHMS, checksumHeader, verifyBody } from './checksum.ts';
import { faultAnswer } from './fault.ts';
import { findVersion } from './find-version.ts';
import type { OperationRow } from './operations.ts';
import { unfoldPresigned } from './presigned.ts';
import { findOperation, targetOf } from './route.ts';
import { saveObject } from './save-object.ts';
import { createTables } from './tables.ts';

interface S3Options {
  readonly store: DatabaseSync;
  readonly clock: HostClock;
  /** Where the bodies of objects lie; it is this service's alone. */
  readonly directory: string;
}

/** S3 on the wire, with a way around it for the other services of the host. */
export interface LocalS3 extends WireService {
  readonly blobs: {
    /** The body of a version, by default the newest; undefined when there is no such bucket, object or version. */
    get(bucket: string, key: string, versionId?: string): Promise<Uint8Array | undefined>;
    /** @throws ServiceFault `NoSuchBucket` */
    put(bucket: string, key: string, body: Uint8Array): Promise<void>;
  };
}

export function createS3({ store, clock, directory }: S3Options): LocalS3 {
  createTables(store);
  const files = openBlobFiles(directory);
  files.sweep(filesInUse(store));
  const host: S3Host = { store, clock, files };

  return {
    name: 's3',
    fault: faultAnswer,
    operationOf: (request) => operationNameOf(request),
    async handle(wire): Promise<WireResponse> {
      const request = unfoldPresigned(wire, clock.now());
      const target = targetOf(request.path);
      const operation = findOperation(request, target);
      return operation.run(host, { ...target, ...readBody(request, operation), query: request.query });
    },
    blobs: {
      async get(bucket, key, versionId) {
        try {
          const version = findVersion(store, bucket, key, versionId);
          return await files.read(version.segments, 0, version.size);
        } catch (error) {
          if (error instanceof ServiceFault && error.status === 404) return undefined;
          throw error;
        }
      },
      async put(bucket, key, body) {
        requireBucket(store, bucket);
        await saveObject(
          host,
          { bucket, key, headers: {} },
          { headers: { 'content-type': 'binary/octet-stream' }, checksum: undefined, body },
        );
      },
    },
  };
}

/** Nothing of a request that no operation fits; `handle` says why. */
function operationNameOf(request: WireRequest): string | undefined {
  try {
    return findOperation(request, targetOf(request.path)).name;
  } catch (error) {
    if (error instanceof ServiceFault) return undefined;
    throw error;
  }
}

function readBody(request: WireRequest, operation: OperationRow): Pick<S3Call, 'headers' | 'body' | 'checksum'> {
  const encoded = (request.headers['content-encoding'] ?? '').split(',').some((each) => each.trim() === 'aws-chunked');
  const { body, trailers } = encoded
    ? decodeAwsChunked(request.body, request.headers['x-amz-decoded-content-length'])
    : { body: request.body, trailers: {} };
  const headers: Record<string, string> = { ...request.headers, ...trailers };
  if (operation.name !== 'CompleteMultipartUpload') return { headers, body, checksum: verifyBody(body, headers) };
  // There, `x-amz-checksum-…` is about the object to be, not about the list of parts in the body.
  const ofBody = { ...headers };
  for (const algorithm of CHECKSUM_ALGORITHMS) delete ofBody[checksumHeader(algorithm)];
  return { headers, body, checksum: verifyBody(body, ofBody) };
}

function filesInUse(store: DatabaseSync): Set<string> {
  const used = new Set<string>();
  for (const row of store.prepare('SELECT segments FROM s3_versions').iterate()) {
    for (const { file } of JSON.parse(String(row['segments'])) as Segment[]) used.add(file);
  }
  for (const row of store.prepare('SELECT file FROM s3_parts').iterate()) used.add(String(row['file']));
  return used;
}
