import { readFile } from 'node:fs/promises';
import { resolve, sep } from 'node:path';
import { BuildFailure, messageOf } from './build-failure.ts';
import type { BlobAccess } from './blob-access.ts';
import { parseS3Location } from './s3-location.ts';

/**
 * The text of a build's buildspec. `setting` is what the project or the build says: YAML itself, the ARN of an object, or a path
 * in the primary source; without it `buildspec.yml`.
 *
 * @throws BuildFailure `YAML_FILE_ERROR` when there is none
 */
export async function findBuildspec(setting: string | undefined, source: string, s3: BlobAccess): Promise<string> {
  const name = setting?.trim() || 'buildspec.yml';
  if (name.includes('\n') || name.startsWith('{')) return name;
  try {
    if (name.startsWith('arn:')) {
      const location = parseS3Location(name);
      if (!location) throw new Error(`${name} is no object in S3`);
      return Buffer.from(await s3.get(location.bucket, location.key)).toString('utf8');
    }
    const path = resolve(source, name);
    if (!path.startsWith(source + sep)) throw new Error(`${name} is outside of the source`);
    return await readFile(path, 'utf8');
  } catch (error) {
    throw new BuildFailure('YAML_FILE_ERROR', `The buildspec ${name} cannot be read: ${messageOf(error)}`, {
      cause: error,
    });
  }
}
