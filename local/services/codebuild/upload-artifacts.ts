import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { posix } from 'node:path';
import { findArtifactFiles } from './artifact-files.ts';
import type { BlobAccess } from './blob-access.ts';
import { BuildFailure, messageOf } from './build-failure.ts';
import { buildUuid, type BuildRecord, type StoredBuild } from './build-record.ts';
import type { Buildspec } from './buildspec.ts';
import { packZip } from './pack-zip.ts';

/**
 * Puts a build's files into S3 as its artifacts settings say, and answers what the record shows of them.
 *
 * @param options.name the artifact's name out of the buildspec, where the settings prefer it
 * @throws BuildFailure `CLIENT_ERROR` when no file is named or found, or S3 refuses
 */
export async function uploadArtifacts(options: {
  readonly stored: StoredBuild;
  readonly buildspec: Buildspec;
  readonly source: string;
  readonly s3: BlobAccess;
  readonly name: string | undefined;
}): Promise<BuildRecord['artifacts']> {
  const { build, artifacts } = options.stored;
  if (artifacts.type === 'NO_ARTIFACTS') return { location: '' };
  const files = options.buildspec.artifacts ? await findArtifactFiles(options.buildspec.artifacts, options.source) : [];
  if (files.length === 0) throw new BuildFailure('CLIENT_ERROR', 'no matching artifact paths found');

  const bucket = artifacts.location ?? '';
  const key = posix
    .join(
      artifacts.path ?? '',
      artifacts.namespaceType === 'BUILD_ID' ? buildUuid(build) : '',
      options.name ?? artifacts.name ?? build.projectName,
    )
    .replace(/^\/+|\/+$/g, '');
  const location = `arn:aws:s3:::${bucket}/${key}`;
  const put = async (at: string, body: Uint8Array): Promise<void> => {
    try {
      await options.s3.put(bucket, at, body);
    } catch (error) {
      throw new BuildFailure('CLIENT_ERROR', `${at} cannot be put into ${bucket}: ${messageOf(error)}`, {
        cause: error,
      });
    }
  };
  if (artifacts.packaging !== 'ZIP') {
    for (const { file, path } of files) await put(posix.join(key, path), await readFile(file));
    return { location };
  }
  const body = await packZip(files);
  await put(key, body);
  return {
    location,
    sha256sum: createHash('sha256').update(body).digest('hex'),
    md5sum: createHash('md5').update(body).digest('hex'),
  };
}
