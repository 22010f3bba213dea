import { Refusal } from '../refusal.ts';

/**
 * Refuses a repository that the fetch step could not, or must not, reach.
 *
 * @throws Refusal `validation_error`
 */
export function checkRepository(repository: string, schemes: readonly string[]): void {
  const fault = faultOf(repository, schemes);
  if (!fault) return;
  throw new Refusal('validation_error', 'The repository is not one that can be fetched.', {
    faults: [{ pointer: '/repository', message: fault }],
  });
}

function faultOf(repository: string, schemes: readonly string[]): string | undefined {
  const match = /^([a-z][a-z0-9+.-]*):\/\/([^/]*)(\/.*)$/.exec(repository);
  const allowed = schemes.map((scheme) => `${scheme}://`).join(' or ');
  if (!match) return `must be a URL that starts with ${allowed}`;
  const [, scheme = '', authority = '', path = ''] = match;
  if (!schemes.includes(scheme)) return `must start with ${allowed}; "${scheme}://" is not allowed here`;
  // Up to the last "@", as every URL parser has it.
  if (authority.slice(0, Math.max(0, authority.lastIndexOf('@'))).includes(':')) {
    return 'must not contain a password: it would lie open in it';
  }
  if (path.split('/').includes('..') || /[\s\\]/.test(repository))
    return 'must not contain "..", blanks or backslashes';
  if (scheme === 'https' && authority.includes('@')) return 'must not name a user: a token would lie open in it';
  return undefined;
}
