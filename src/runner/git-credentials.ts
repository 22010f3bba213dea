import * as z from 'zod';
import { fetchFailure } from './fetch-failure.ts';

/** What a secret gives to get at a repository. */
export type GitCredentials =
  | { readonly kind: 'none' }
  | { readonly kind: 'token'; readonly username: string; readonly password: string }
  | { readonly kind: 'key'; readonly privateKey: string; readonly knownHosts: readonly string[] };

const oneLine = z.string().regex(/^[^\r\n\0]+$/);
const document = z.strictObject({
  username: oneLine.optional(),
  token: oneLine.optional(),
  password: oneLine.optional(),
  privateKey: z.string().optional(),
  knownHosts: z.union([z.string(), z.array(z.string())]).optional(),
});

/** Providers take any name with a token; GitHub names this one for its apps. */
const anyUser = 'x-access-token';
const privateKeyBlock = /^-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]+-----END [A-Z ]*PRIVATE KEY-----\s*$/;

/**
 * Reads the secret of a registration: a bare token or key, or JSON with `token`, or `username` and `password`, or
 * `privateKey` and `knownHosts`.
 *
 * @throws RunnerFailure that says what is wrong, and nothing of what it holds
 */
export function readGitCredentials(secret: string | undefined, repository: string): GitCredentials {
  const text = secret?.trim() ?? '';
  if (text === '') return { kind: 'none' };
  const scheme = /^([a-z]+):/.exec(repository)?.[1] ?? '';
  const parts = text.startsWith('{')
    ? parse(text)
    : text.startsWith('-----BEGIN')
      ? { privateKey: text }
      : { token: text };
  switch (scheme) {
    case 'https':
    case 'http':
      return tokenOf(parts);
    case 'ssh':
      return keyOf(parts);
    default:
      throw unusable(`a repository by ${scheme} has none`);
  }
}

function parse(text: string): z.output<typeof document> {
  try {
    return document.parse(JSON.parse(text));
  } catch {
    // Neither parser may be quoted: each would quote the secret.
    throw unusable('the secret is no JSON with token, username, password, privateKey and knownHosts');
  }
}

function tokenOf({ username = anyUser, token, password = token }: z.output<typeof document>): GitCredentials {
  if (password === undefined) throw unusable('the repository is reached by https, and the secret holds no token');
  if (!oneLine.safeParse(password).success) throw unusable('the token goes over several lines');
  return { kind: 'token', username, password };
}

function keyOf({ privateKey, knownHosts = [] }: z.output<typeof document>): GitCredentials {
  if (privateKey === undefined) throw unusable('the repository is reached by ssh, and the secret holds no privateKey');
  // Some editors of secrets keep line breaks as two characters.
  const key = privateKey.includes('\n') ? privateKey : privateKey.replaceAll('\\n', '\n');
  if (!privateKeyBlock.test(key.trim())) throw unusable('privateKey is no private key in PEM or OpenSSH form');
  const lines = typeof knownHosts === 'string' ? knownHosts.split('\n') : knownHosts;
  return {
    kind: 'key',
    privateKey: `${key.replaceAll('\r\n', '\n').trim()}\n`,
    knownHosts: lines.map((line) => line.trim()).filter((line) => line !== ''),
  };
}

function unusable(why: string) {
  return fetchFailure('unusableCredentials', why);
}

/** What must not be seen anywhere. */
export function secretsOf(credentials: GitCredentials): readonly string[] {
  switch (credentials.kind) {
    case 'none':
      return [];
    case 'token': {
      const { username, password } = credentials;
      // As it goes over the wire.
      return [password, Buffer.from(`${username}:${password}`).toString('base64')];
    }
    case 'key':
      return [credentials.privateKey];
  }
}
