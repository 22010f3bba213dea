import type { BlobAccess } from './blob-access.ts';
import { invalidParameter } from './faults.ts';
import type { CodeInput } from './requests.ts';

/** The deployment package that a request names or carries. */
export async function readCode(
  s3: BlobAccess,
  input: Pick<CodeInput, 'S3Bucket' | 'S3Key' | 'ZipFile'>,
): Promise<Uint8Array> {
  const { S3Bucket: bucket, S3Key: key, ZipFile: zip } = input;
  if (zip !== undefined && bucket === undefined && key === undefined) return Buffer.from(zip, 'base64');
  if (zip !== undefined || bucket === undefined || key === undefined) {
    throw invalidParameter('Please provide a source for function code: either ZipFile, or S3Bucket and S3Key.');
  }
  try {
    return await s3.get(bucket, key);
  } catch (error) {
    const { name, message } = error instanceof Error ? error : new Error(String(error));
    throw invalidParameter(`Error occurred while GetObject. S3 Error Code: ${name}. S3 Error Message: ${message}`);
  }
}
