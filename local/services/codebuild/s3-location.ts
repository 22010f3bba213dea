export interface S3Location {
  readonly bucket: string;
  readonly key: string;
}

/** Reads `bucket/key` or `arn:aws:s3:::bucket/key`; undefined for a folder or anything else. */
export function parseS3Location(text: string): S3Location | undefined {
  const match = /^(?:arn:aws:s3:::)?([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])\/(.*[^/])$/.exec(text);
  return match?.[1] && match[2] ? { bucket: match[1], key: match[2] } : undefined;
}
