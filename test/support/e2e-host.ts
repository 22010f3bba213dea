import './quiet-logs.ts';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startHost, type HostOptions, type LocalHost } from '#local/host.ts';
import { apiClient, type ApiClient } from './api-client.ts';
import { makeRepository, type GitRepository } from './git-repository.ts';

export interface E2eHost extends LocalHost {
  /** Everything of this test: the host's state and the repositories. */
  readonly root: string;
  readonly directory: string;
  /** As the person at this machine. */
  readonly api: ApiClient;
  repository(name: string): Promise<GitRepository>;
}

/** A fresh place for one test file. */
export function makeRoot(): Promise<string> {
  return mkdtemp(join(tmpdir(), 'e2e-'));
}

/**
 * The whole host in this process, on free ports.
 *
 * @param root where an earlier host worked; without it a fresh one, removed with `close`
 */
export async function startE2eHost(root?: string, options: Pick<HostOptions, 'watch'> = {}): Promise<E2eHost> {
  const place = root ?? (await makeRoot());
  const directory = join(place, 'state');
  const host = await startHost({ ...options, directory, ports: { api: 0, aws: 0, services: 0 } });
  return {
    ...host,
    root: place,
    directory,
    api: apiClient(host.apiUrl, await tokenFrom(host.credentialsFile)),
    repository: (name) => makeRepository(join(place, 'repositories', name)),
    async close() {
      await host.close();
      if (root === undefined) await rm(place, { recursive: true, force: true });
    },
  };
}

/** A token by client credentials, as the command line gets its own. */
export async function tokenFrom(credentialsFile: string): Promise<string> {
  const { tokenUrl, clientId, clientSecret } = JSON.parse(await readFile(credentialsFile, 'utf8')) as Record<
    string,
    string
  >;
  const basic = Buffer.from(`${clientId}:${clientSecret}`).toString('base64');
  const response = await fetch(tokenUrl ?? '', {
    method: 'POST',
    headers: { authorization: `Basic ${basic}` },
    body: new URLSearchParams({ grant_type: 'client_credentials' }),
  });
  const { access_token: token } = (await response.json()) as { access_token?: string };
  if (token === undefined) throw new Error(`The token endpoint answered ${response.status}.`);
  return token;
}
