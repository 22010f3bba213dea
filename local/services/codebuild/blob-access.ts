/** The objects of the local S3 as builds need them. */
export interface BlobAccess {
  /** @param versionId the version to read; the newest without it */
  get(bucket: string, key: string, versionId?: string): Promise<Uint8Array>;
  put(bucket: string, key: string, body: Uint8Array): Promise<void>;
}
