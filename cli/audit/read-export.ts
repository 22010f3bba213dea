import { createPublicKey, type KeyObject } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { artifactAudit, type ArtifactAudit } from '#schemas/evidence/artifact-audit.ts';
import { UsageError } from '../usage-error.ts';

/**
 * An export, read back.
 *
 * @throws UsageError when there is no such file, or it is none that `dsctl audit export` wrote
 */
export async function readExport(cwd: string, path: string): Promise<ArtifactAudit> {
  const text = await readFile(resolve(cwd, path), 'utf8').catch((cause: unknown) => {
    throw new UsageError(
      `"${path}" is neither a deployment (dep_…) nor the digest of an artifact (64 hexadecimal digits) nor a file.`,
      'dsctl audit verify <deployment, digest or file>',
      cause,
    );
  });
  const parsed = artifactAudit.safeParse(jsonOf(text));
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new UsageError(
    `${path} is not an export, or was damaged: /${issue?.path.join('/') ?? ''} ${issue?.message ?? ''}`,
    'Make one with dsctl audit export <service> <digest> --out file.json.',
  );
}

/** @throws UsageError when the file holds no public key */
export async function readPublicKey(cwd: string, path: string | undefined): Promise<KeyObject | undefined> {
  if (path === undefined) return undefined;
  try {
    return createPublicKey(await readFile(resolve(cwd, path), 'utf8'));
  } catch (cause) {
    throw new UsageError(`${path} holds no public key.`, 'It has to be a PEM file.', cause);
  }
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
