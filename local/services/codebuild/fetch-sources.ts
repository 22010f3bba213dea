import { mkdir } from 'node:fs/promises';
import type { BlobAccess } from './blob-access.ts';
import { BuildFailure, messageOf } from './build-failure.ts';
import type { BuildRecord } from './build-record.ts';
import type { SourceSettings } from './project-shapes.ts';
import { parseS3Location } from './s3-location.ts';
import { unpackZip } from './unpack-zip.ts';
import type { Workspace } from './workspace.ts';

/**
 * Puts the primary source and the secondary ones into the workspace.
 *
 * @throws BuildFailure `CLIENT_ERROR` for an object that cannot be read or is no proper zip
 */
export async function fetchSources(build: BuildRecord, workspace: Workspace, s3: BlobAccess): Promise<void> {
  await fetchSource(build.source, workspace.source, s3, build.sourceVersion);
  for (const source of build.secondarySources) {
    await fetchSource(source, workspace.secondarySource(source.sourceIdentifier ?? ''), s3);
  }
}

async function fetchSource(source: SourceSettings, directory: string, s3: BlobAccess, version?: string): Promise<void> {
  await mkdir(directory, { recursive: true });
  const location = source.type === 'S3' ? parseS3Location(source.location ?? '') : undefined;
  if (!location) return;
  try {
    await unpackZip(await s3.get(location.bucket, location.key, version), directory);
  } catch (error) {
    throw new BuildFailure('CLIENT_ERROR', `The source ${source.location} cannot be used: ${messageOf(error)}`, {
      cause: error,
    });
  }
}
