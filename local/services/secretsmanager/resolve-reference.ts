import { invalidParameter, valueNotFound } from './secret-names.ts';
import type { SecretReader } from './read-secret.ts';

/** The parts of `arn:…:secret:name` before what a reference adds to it. */
const ARN_PARTS = 7;

/**
 * The value that a reference of CodeBuild or ECS means: `name-or-arn[:json-key[:stage[:version-id]]]`, empty parts left out.
 *
 * @throws ServiceFault `ResourceNotFoundException`, `InvalidRequestException`, `InvalidParameterException`; no message holds a value
 */
export function resolveReference(reader: SecretReader, reference: string): string {
  const parts = reference.split(':');
  const idParts = reference.startsWith('arn:') ? ARN_PARTS : 1;
  const secretId = parts.slice(0, idParts).join(':');
  const [key, stage, id, ...more] = parts.slice(idParts);
  if (more.length > 0) throw invalidParameter(`${reference} has more parts than secret, key, stage and version.`);
  const { value } = reader.read({ reference: secretId, id: id || undefined, stage: stage || undefined });
  const text = Buffer.from(value.bytes).toString('utf8');
  return key ? memberOf(text, key, secretId) : text;
}

function memberOf(text: string, key: string, secretId: string): string {
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch {
    throw invalidParameter(`The value of ${secretId} is not JSON, so it has no key ${key}.`);
  }
  if (typeof document !== 'object' || document === null || !Object.hasOwn(document, key)) {
    throw valueNotFound(`JSON key: ${key} of ${secretId}`);
  }
  const member = (document as Readonly<Record<string, unknown>>)[key];
  return typeof member === 'string' ? member : JSON.stringify(member);
}
