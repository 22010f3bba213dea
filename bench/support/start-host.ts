import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { EventBridgeClient, DisableRuleCommand } from '@aws-sdk/client-eventbridge';
import { functionCatalog, nameOf } from '#functions/catalog.ts';
import { localCredentials } from '#local/stack/client-options.ts';
import { region } from '#local/stack/names.ts';
import { apiClient, type ApiClient } from '#test/support/api-client.ts';
import { tokenFrom } from '#test/support/e2e-host.ts';
import { makeRepository, type GitRepository } from '#test/support/git-repository.ts';
import type { HostAddresses, HostAsk, HostReply, HostUsage } from './host-talk.ts';
import type { ObservedCall } from './observed-call.ts';

export interface BenchHost extends HostAddresses {
  readonly api: ApiClient;
  readonly token: string;
  /** For clients of the endpoint. */
  readonly clientConfig: {
    readonly region: string;
    readonly endpoint: string;
    readonly credentials: typeof localCredentials;
  };
  /** What the host asked of its endpoint since the last time. */
  calls(): Promise<readonly ObservedCall[]>;
  usage(): Promise<HostUsage>;
  repository(name: string): Promise<GitRepository>;
  /** What runs every minute by itself does so no more: its requests belong to no deployment. */
  disableSchedules(): Promise<void>;
  close(): Promise<void>;
}

interface Options {
  /** Builds that run at the same time. */
  readonly builds?: number;
}

const main = fileURLToPath(new URL('./host-main.ts', import.meta.url));

/** The whole local host in a process of its own, on free ports and with a state of its own that goes with it. */
export async function startBenchHost({ builds = 4 }: Options = {}): Promise<BenchHost> {
  const root = await mkdtemp(join(tmpdir(), 'bench-'));
  const child = fork(main, [join(root, 'state'), String(builds)], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
  // A benchmark that fails half-way leaves no host behind.
  const kill = (): boolean => child.kill('SIGKILL');
  process.once('exit', kill);

  const waiting = new Map<number, PromiseWithResolvers<unknown>>();
  let asked = 0;
  const answerTo = (id: number): Promise<unknown> => {
    const answer = Promise.withResolvers<unknown>();
    waiting.set(id, answer);
    return answer.promise;
  };
  const ask = (what: HostAsk['ask']): Promise<unknown> => {
    const answer = answerTo(++asked);
    child.send({ id: asked, ask: what } satisfies HostAsk);
    return answer;
  };
  child.on('message', (message) => {
    const { id, answer } = message as HostReply;
    waiting.get(id)?.resolve(answer);
    waiting.delete(id);
  });
  child.once('exit', (code) => {
    for (const { reject } of waiting.values()) reject(new Error(`The host ended with ${code}.`));
  });

  const addresses = (await answerTo(0)) as HostAddresses;
  const token = await tokenFrom(addresses.credentialsFile);
  const clientConfig = { region, endpoint: addresses.awsUrl, credentials: localCredentials };
  return {
    ...addresses,
    token,
    clientConfig,
    api: apiClient(addresses.apiUrl, token),
    calls: async () => (await ask('calls')) as readonly ObservedCall[],
    usage: async () => (await ask('usage')) as HostUsage,
    repository: (name) => makeRepository(join(root, 'repositories', name)),
    async disableSchedules() {
      const client = new EventBridgeClient(clientConfig);
      for (const row of functionCatalog.filter(({ trigger }) => trigger.kind === 'schedule')) {
        await client.send(new DisableRuleCommand({ Name: nameOf(row) }));
      }
    },
    async close() {
      const ended = once(child, 'exit');
      child.send({ id: ++asked, ask: 'close' } satisfies HostAsk);
      await ended;
      process.off('exit', kill);
      await rm(root, { recursive: true, force: true });
    },
  };
}
