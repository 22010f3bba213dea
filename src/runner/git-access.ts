import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { GitCredentials } from './git-credentials.ts';
import { publishedHostKeys } from './known-hosts.ts';

/** What git is run with to get at a repository. No secret stands in `settings`: those are on its command line. */
export interface GitAccess {
  readonly settings: Readonly<Record<string, string>>;
  readonly variables: Readonly<Record<string, string>>;
  /** Removes what was written for it. */
  close(): Promise<void>;
}

/**
 * Answers git's questions for this one server and no other: a redirect would have it ask for another, and a token is
 * nobody else's business.
 */
const askpass = `#!/bin/sh
case "$1" in
  "Username for '$GIT_FETCH_SCHEME://$GIT_FETCH_HOST'"*) printf '%s\\n' "$GIT_FETCH_USERNAME" ;;
  "Password for '$GIT_FETCH_SCHEME://"*"@$GIT_FETCH_HOST'"*) printf '%s\\n' "$GIT_FETCH_PASSWORD" ;;
  *) exit 1 ;;
esac
`;

/** Lays ready what git needs to get at a repository, in a directory that nobody else can read. */
export async function openGitAccess(repository: string, credentials: GitCredentials): Promise<GitAccess> {
  const directory = await mkdtemp(join(tmpdir(), 'fetch-access-'));
  const close = (): Promise<void> => rm(directory, { recursive: true, force: true });
  try {
    return { ...(await accessFor(directory, repository, credentials)), close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function accessFor(
  directory: string,
  repository: string,
  credentials: GitCredentials,
): Promise<Pick<GitAccess, 'settings' | 'variables'>> {
  if (credentials.kind === 'token') {
    const { protocol, host } = new URL(repository);
    const program = join(directory, 'askpass');
    await writeFile(program, askpass, { mode: 0o700, flag: 'wx' });
    return {
      // No helper of the host may answer first, or keep what it hears.
      settings: { 'credential.helper': '', 'credential.useHttpPath': 'false' },
      variables: {
        GIT_ASKPASS: program,
        GIT_FETCH_SCHEME: protocol.replace(':', ''),
        GIT_FETCH_HOST: host,
        GIT_FETCH_USERNAME: credentials.username,
        GIT_FETCH_PASSWORD: credentials.password,
      },
    };
  }
  if (!repository.startsWith('ssh:')) return { settings: {}, variables: {} };
  const knownHosts = join(directory, 'known_hosts');
  const own = credentials.kind === 'key' ? credentials.knownHosts : [];
  await writeFile(knownHosts, `${[...publishedHostKeys, ...own].join('\n')}\n`, { mode: 0o600, flag: 'wx' });
  const options = [
    `UserKnownHostsFile=${knownHosts}`,
    'GlobalKnownHostsFile=/dev/null',
    'StrictHostKeyChecking=yes',
    'UpdateHostKeys=no',
    'BatchMode=yes',
    'ConnectTimeout=20',
    'ServerAliveInterval=20',
    'IdentitiesOnly=yes',
    'IdentityAgent=none',
    'ForwardAgent=no',
  ];
  // No file of the host: it could name a program to run on the way.
  const command = ['ssh', '-F', '/dev/null', ...options.flatMap((option) => ['-o', quoted(option)])];
  if (credentials.kind === 'key') {
    const key = join(directory, 'key');
    await writeFile(key, credentials.privateKey, { mode: 0o600, flag: 'wx' });
    command.push('-i', quoted(key));
  }
  return { settings: {}, variables: { GIT_SSH_COMMAND: command.join(' '), GIT_SSH_VARIANT: 'ssh' } };
}

/** A shell splits the command. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
