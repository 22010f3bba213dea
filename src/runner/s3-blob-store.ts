import { GetObjectCommand, NoSuchKey, PutObjectCommand, S3ServiceException, type S3Client } from '@aws-sdk/client-s3';
import type { BlobStore } from './blob-store.ts';

const PRECONDITION_FAILED = 412;

export function s3BlobStore(s3: S3Client, bucket: string): BlobStore {
  return {
    async get(key) {
      try {
        const { Body } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
        return await Body?.transformToByteArray();
      } catch (error) {
        if (error instanceof NoSuchKey) return undefined;
        throw error;
      }
    },
    async put(key, body, contentType) {
      await s3.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: body, ContentType: contentType }));
    },
    async putIfAbsent(key, body, contentType) {
      try {
        await s3.send(
          new PutObjectCommand({ Bucket: bucket, Key: key, Body: body, ContentType: contentType, IfNoneMatch: '*' }),
        );
        return 'stored';
      } catch (error) {
        if (error instanceof S3ServiceException && error.$metadata.httpStatusCode === PRECONDITION_FAILED) {
          return 'present';
        }
        throw error;
      }
    },
  };
}
