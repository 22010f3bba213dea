import { artifactStatement } from '#schemas/workflows/artifact-statement.ts';

/** What a key vouched for, as it is kept beside the artifact. */
export interface SignedText {
  readonly statement: string;
  readonly signature: { readonly keyId: string; readonly value: string };
}

/** What a statement has to say. */
interface Expected {
  readonly service: string;
  readonly digest: string;
  readonly identity?: string;
}

/**
 * Whether a signed statement vouches for an artifact.
 *
 * @param isSigned whether the signature is that of the installation's key over exactly this text
 * @returns what is wrong, or `undefined` when it vouches
 */
export function faultOfStatement(
  { statement, signature }: SignedText,
  expected: Expected,
  isSigned: (text: string, signature: SignedText['signature']) => boolean,
): string | undefined {
  if (!isSigned(statement, signature)) return 'the signature was not made by the key of this installation';
  const read = artifactStatement.safeParse(jsonOf(statement));
  if (!read.success) return 'the statement cannot be read';
  const { service, digest, identity } = read.data;
  if (digest !== expected.digest) return `the statement is about another artifact, ${digest.slice(0, 12)}`;
  if (service !== expected.service) return `the statement is about the service "${service}"`;
  if (expected.identity !== undefined && identity !== expected.identity) {
    return 'the statement is about other content that gives the same bytes';
  }
  return undefined;
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
