import * as z from 'zod';
import { ServiceFault } from '#local/gateway/wire.ts';
import { invalidParameter } from './secret-names.ts';
import type { SecretValue, VersionStore } from './version-store.ts';

const MOST_BYTES = 65_536;

/** Members in which operations take a value. */
export const valueMembers = {
  SecretString: z.string().min(1).optional(),
  SecretBinary: z.base64().min(1).optional(),
};

export const ClientRequestToken = z
  .string()
  .min(32)
  .max(64)
  .default(() => crypto.randomUUID());

/** @throws ServiceFault `InvalidParameterException` for both at once and for a value over 64 KB */
export function valueIn(input: {
  readonly SecretString?: string | undefined;
  readonly SecretBinary?: string | undefined;
}): SecretValue | undefined {
  const { SecretString: text, SecretBinary: binary } = input;
  if (text !== undefined && binary !== undefined) {
    throw invalidParameter(
      "You can't specify both a binary secret value and a string secret value in the same secret.",
    );
  }
  if (text === undefined && binary === undefined) return undefined;
  const value: SecretValue =
    text === undefined
      ? { kind: 'binary', bytes: Buffer.from(binary ?? '', 'base64') }
      : { kind: 'string', bytes: Buffer.from(text) };
  if (value.bytes.byteLength > MOST_BYTES) throw invalidParameter(`A secret value has at most ${MOST_BYTES} bytes.`);
  return value;
}

/**
 * Whether a request with this token was served before.
 *
 * @throws ServiceFault `ResourceExistsException` when it was, with another value
 */
export function servedBefore(versions: VersionStore, arn: string, token: string, value: SecretValue): boolean {
  if (!versions.find(arn, token)) return false;
  const known = versions.read(arn, token);
  if (known.kind === value.kind && Buffer.compare(known.bytes, value.bytes) === 0) return true;
  throw new ServiceFault(
    'ResourceExistsException',
    `You can't use ClientRequestToken ${token} because that value is already in use for a version of secret ${arn}.`,
  );
}
