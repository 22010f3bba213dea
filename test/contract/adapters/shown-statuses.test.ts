import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { CommitStatus } from '#domain/delivery/commit-status.ts';
import type { StatusEvent } from '#schemas/events/status-events.ts';
import { openTestAccount, type TestAccount } from '#test/support/account.ts';
import { reportCommitStatus } from '#usecases/report-commit-status.ts';

let account: TestAccount;
beforeAll(async () => {
  account = await openTestAccount();
});
afterAll(() => account.close());

const at = (second: number): string => new Date(Date.UTC(2026, 0, 1, 0, 0, second)).toISOString();

/** Somebody who takes statuses, slowly where it is asked for. */
function receiver({ on = true } = {}) {
  const seen: string[] = [];
  const holds = new Map<string, Promise<unknown>>();
  const failures: Error[] = [];
  return {
    seen,
    holds,
    failures,
    statuses: {
      locate: () => ({ provider: 'github' as const, path: 'acme/orders' }),
      isOn: async () => on,
      async show(_place: unknown, _commit: string, { description }: CommitStatus) {
        const failure = failures.shift();
        if (failure) throw failure;
        await holds.get(description);
        seen.push(description);
        return 'shown' as const;
      },
    },
  };
}

type Receiver = ReturnType<typeof receiver>;

/** What is reported of a deployment of its own, by the numbers of its events. */
function reporterOf({ statuses }: Receiver, deployment: string) {
  const commit = account.deps.digest(deployment).slice(0, 40);
  const deps = {
    ...account.deps,
    statuses,
    deployments: { find: async (id: string) => ({ id, service: 'orders', commit }) },
    services: { find: async () => ({ repository: 'https://github.com/acme/orders' }) },
    settings: { deploymentUrlTemplate: 'https://console.example.com/{deploymentId}' },
  } as never;
  return (type: string, seq: number, id = deployment, occurredAt = at(seq)) =>
    reportCommitStatus(deps, {
      'detail-type': `deployment.${type}`,
      detail: { id: `${id}#${seq}`, seq, deploymentId: id, environment: 'staging', occurredAt, data: {} },
    } as unknown as StatusEvent);
}

const queued = 'Waits for its turn in staging';
const started = 'On its way to staging';
const serves = 'Serves staging';

describe('statuses of a commit', () => {
  test('are shown in the order of their events, and each once', async () => {
    const github = receiver();
    const report = reporterOf(github, 'in-order');
    expect([await report('queued', 1), await report('started', 2), await report('succeeded', 9)]).toEqual([
      'shown',
      'shown',
      'shown',
    ]);
    expect(await report('succeeded', 9)).toBe('shown');
    expect(github.seen).toEqual([queued, started, serves]);
  });

  test('that come late are left out', async () => {
    const github = receiver();
    const report = reporterOf(github, 'late');
    await report('succeeded', 9);
    expect(await report('started', 2)).toBe('older');
    expect(github.seen).toEqual([serves]);
  });

  test('end with the newest one, also when an older one was slower', async () => {
    const github = receiver();
    const report = reporterOf(github, 'slow');
    const { promise, resolve } = Promise.withResolvers<void>();
    github.holds.set(started, promise);
    const slow = report('started', 2);
    // Wait until it is under way.
    await new Promise((done) => setTimeout(done, 50));
    await report('succeeded', 9);
    resolve();
    await slow;
    expect(github.seen).toEqual([serves, started, serves]);
  });

  test('that could not be shown are shown when the event comes again', async () => {
    const github = receiver();
    const report = reporterOf(github, 'failing');
    github.failures.push(new Error('down'));
    await expect(report('queued', 1)).rejects.toThrow('down');
    expect(await report('queued', 1)).toBe('shown');
    expect(github.seen).toEqual([queued]);
  });

  test('of a later deployment of the same commit come over those of an earlier one', async () => {
    const github = receiver();
    const report = reporterOf(github, 'twice');
    await report('succeeded', 9, 'twice', at(10));
    await report('queued', 1, 'twice-again', at(20));
    expect(await report('started', 2, 'twice', at(5))).toBe('older');
    expect(github.seen).toEqual([serves, queued]);
  });

  test('without any token cost nothing', async () => {
    const github = receiver({ on: false });
    expect(await reporterOf(github, 'off')('queued', 1)).toBe('off');
    expect(github.seen).toEqual([]);
  });
});
