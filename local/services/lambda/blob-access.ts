/** The one thing the Lambda service asks of S3: the bytes of an object. Rejects when there is none. */
export interface BlobAccess {
  get(bucket: string, key: string): Promise<Uint8Array>;
}
