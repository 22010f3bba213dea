import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { virtualClock, type VirtualClock } from '#local/clock.ts';
import { openAccount, type Account } from '#local/stack/account.ts';
import { clientOptions, localCredentials } from '#local/stack/client-options.ts';
import { region } from '#local/stack/names.ts';
import { provision } from '#local/stack/provision.ts';
import { controlPlaneVariables } from '#local/stack/variables.ts';
import { openStore } from '#local/store.ts';
import type { Clock } from '#ports/clock.ts';
import type { ClientConfig } from '#runtime/aws-clients.ts';
import { configurationFrom } from '#runtime/configuration.ts';
import { makeDeps, type Deps } from '#runtime/deps.ts';

/** The first instant of every test account. */
export const startMs = Date.UTC(2026, 0, 1, 12);

export interface TestAccount {
  /** The real adapters, wired as in a function, on the account's clock. */
  readonly deps: Deps;
  /** Options for SDK clients of a test's own. */
  readonly client: ClientConfig;
  /** The same account as a function sees it whose clock stands so many milliseconds later. */
  later(milliseconds: number): Deps;
  readonly clock: VirtualClock;
  /** Whether somebody else may use the endpoint as well, so that nothing may be said of counts over all its rows. */
  readonly shared: boolean;
  /** The services of the endpoint, when it is in this process. */
  readonly local?: Account;
  close(): Promise<void>;
}

/**
 * An account with everything the stack creates, in this process and on a virtual clock; with `CONTRACT_ENDPOINT_URL`, the
 * account behind that endpoint, where the stack must exist already.
 */
export async function openTestAccount(): Promise<TestAccount> {
  const clock = virtualClock(startMs);
  const address = process.env['CONTRACT_ENDPOINT_URL'];
  if (address !== undefined) {
    const client = { region, endpoint: address, credentials: localCredentials };
    return { ...seenFrom(client, clock), shared: true, close: () => Promise.resolve() };
  }
  const directory = mkdtempSync(join(tmpdir(), 'account-'));
  const store = openStore(':memory:');
  const options = { store, clock, directory, random: () => 0.5, maxConcurrentBuilds: 1, processVariables: {} };
  const local = openAccount(options);
  const client = clientOptions(local.gateway);
  await provision(client, Buffer.from('runner kit'));
  return {
    ...seenFrom(client, clock),
    shared: false,
    local,
    async close() {
      await local.close();
      store.close();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

/** A service name that no other test uses, whatever else lies in the table. */
export function uniqueService(): string {
  counter += 1;
  return `svc-${process.pid.toString(36)}-${Math.floor(performance.timeOrigin % 1e7).toString(36)}-${counter}`;
}

let counter = 0;

/** The port on a virtual clock. A sleeper moves time on by itself, in the order of what is due. */
export function clockPort(clock: VirtualClock): Clock {
  return {
    now: () => new Date(clock.now()),
    async sleep(milliseconds) {
      const due = clock.now() + milliseconds;
      clock.after(milliseconds, () => undefined);
      await clock.runUntil(() => clock.now() >= due);
    },
  };
}

function seenFrom(client: ClientConfig, clock: VirtualClock) {
  return {
    client,
    clock,
    deps: depsOn(client, clock),
    later: (milliseconds: number) => depsOn(client, virtualClock(clock.now() + milliseconds)),
  };
}

function depsOn(clientConfig: ClientConfig, clock: VirtualClock): Deps {
  const variables = controlPlaneVariables({ apiUrl: 'http://127.0.0.1:1', servicesPort: 8080 });
  return makeDeps({ configuration: configurationFrom(variables), clientConfig, clock: clockPort(clock) });
}
