import * as buckets from './buckets.ts';
import type { S3Operation } from './call.ts';
import { completeMultipartUpload } from './complete-upload.ts';
import { deleteObject, deleteObjects } from './deletes.ts';
import { listObjects, listObjectsV2, listObjectVersions } from './listings.ts';
import { abortMultipartUpload, createMultipartUpload, uploadPart } from './multipart.ts';
import { copyObject, getObject, headObject, putObject } from './objects.ts';

/** One operation: how its requests look, and every parameter that it understands. Anything else is refused by name. */
export interface OperationRow {
  readonly name: string;
  readonly method: 'GET' | 'HEAD' | 'PUT' | 'POST' | 'DELETE';
  readonly on: 'service' | 'bucket' | 'object';
  /** Query parameters (and for CopyObject the header) that tell it from the others. */
  readonly marks: readonly string[];
  readonly query?: readonly string[];
  /** Names of `x-amz-*` headers, and the conditional ones that would change what the operation does. */
  readonly headers?: readonly string[];
  readonly run: S3Operation;
}

const STORED = ['x-amz-acl', 'x-amz-storage-class', 'x-amz-server-side-encryption'];
const READ = ['versionId', ...responseParameters()];
const READ_HEADERS = ['x-amz-checksum-mode', 'if-match', 'if-none-match', 'if-modified-since', 'if-unmodified-since'];
const LIST = ['prefix', 'delimiter', 'max-keys', 'encoding-type'];
const CREATE_ONLY = ['if-match', 'if-none-match'];

/** More marks first: the first row whose marks are all there is the operation. */
export const OPERATIONS: readonly OperationRow[] = [
  { name: 'ListBuckets', method: 'GET', on: 'service', marks: [], query: ['prefix'], run: buckets.listBuckets },

  { name: 'PutBucketVersioning', method: 'PUT', on: 'bucket', marks: ['versioning'], run: buckets.putBucketVersioning },
  { name: 'GetBucketVersioning', method: 'GET', on: 'bucket', marks: ['versioning'], run: buckets.getBucketVersioning },
  { name: 'GetBucketLocation', method: 'GET', on: 'bucket', marks: ['location'], run: buckets.getBucketLocation },
  { name: 'DeleteObjects', method: 'POST', on: 'bucket', marks: ['delete'], run: deleteObjects },
  {
    name: 'ListObjectVersions',
    method: 'GET',
    on: 'bucket',
    marks: ['versions'],
    query: [...LIST, 'key-marker', 'version-id-marker'],
    run: listObjectVersions,
  },
  {
    name: 'ListObjectsV2',
    method: 'GET',
    on: 'bucket',
    marks: ['list-type'],
    query: [...LIST, 'continuation-token', 'start-after', 'fetch-owner'],
    run: listObjectsV2,
  },
  { name: 'ListObjects', method: 'GET', on: 'bucket', marks: [], query: [...LIST, 'marker'], run: listObjects },
  {
    name: 'CreateBucket',
    method: 'PUT',
    on: 'bucket',
    marks: [],
    headers: ['x-amz-acl', 'x-amz-object-ownership'],
    run: buckets.createBucket,
  },
  { name: 'HeadBucket', method: 'HEAD', on: 'bucket', marks: [], run: buckets.headBucket },
  { name: 'DeleteBucket', method: 'DELETE', on: 'bucket', marks: [], run: buckets.deleteBucket },

  {
    name: 'CreateMultipartUpload',
    method: 'POST',
    on: 'object',
    marks: ['uploads'],
    headers: [...STORED, 'x-amz-checksum-algorithm', 'x-amz-checksum-type'],
    run: createMultipartUpload,
  },
  { name: 'UploadPart', method: 'PUT', on: 'object', marks: ['uploadId', 'partNumber'], run: uploadPart },
  {
    name: 'CompleteMultipartUpload',
    method: 'POST',
    on: 'object',
    marks: ['uploadId'],
    headers: [...CREATE_ONLY, 'x-amz-checksum-type', 'x-amz-mp-object-size'],
    run: completeMultipartUpload,
  },
  { name: 'AbortMultipartUpload', method: 'DELETE', on: 'object', marks: ['uploadId'], run: abortMultipartUpload },
  {
    name: 'CopyObject',
    method: 'PUT',
    on: 'object',
    marks: ['x-amz-copy-source'],
    headers: [
      ...STORED,
      ...CREATE_ONLY,
      'x-amz-copy-source',
      'x-amz-copy-source-if-match',
      'x-amz-copy-source-if-none-match',
      'x-amz-copy-source-if-modified-since',
      'x-amz-copy-source-if-unmodified-since',
      'x-amz-metadata-directive',
      'x-amz-tagging-directive',
      'x-amz-checksum-algorithm',
    ],
    run: copyObject,
  },
  { name: 'PutObject', method: 'PUT', on: 'object', marks: [], headers: [...STORED, ...CREATE_ONLY], run: putObject },
  { name: 'GetObject', method: 'GET', on: 'object', marks: [], query: READ, headers: READ_HEADERS, run: getObject },
  { name: 'HeadObject', method: 'HEAD', on: 'object', marks: [], query: READ, headers: READ_HEADERS, run: headObject },
  {
    name: 'DeleteObject',
    method: 'DELETE',
    on: 'object',
    marks: [],
    query: ['versionId'],
    headers: ['if-match'],
    run: deleteObject,
  },
];

function responseParameters(): string[] {
  return ['type', 'language', 'disposition', 'encoding']
    .map((name) => `response-content-${name}`)
    .concat('response-cache-control', 'response-expires');
}
