import { describe, expect } from 'vitest';
import { commitNamed, registerService, scenario, type Scenario } from '#test/support/deployment-scenario.ts';
import { serviceManifest } from '#test/support/service-manifest.ts';

const one = { runners: { limit: 1, most: 1 } };

/** Registers another service and asks for a deployment of it. */
async function asksFor({ given, when, host }: Scenario, service: string, environment = 'staging'): Promise<string> {
  const commit = commitNamed(String(service.length));
  given.source({ commit, manifest: serviceManifest({ name: service }) });
  await registerService(host, service);
  return when.asks({ service, commit, environment });
}

describe('a runner', () => {
  scenario(
    'is waited for in the order of priority, and everybody sees their place',
    async (play) => {
      const { given, when } = play;
      given.build({ stageSeconds: 60 });
      const first = await when.asks();
      await when.looks(first, ({ steps }) => steps.some(({ name }) => name === 'compile'));
      const staging = await asksFor(play, 'billing');
      await when.looks(staging, ({ queue }) => queue?.for === 'runner' && queue.place === 1);
      const production = await asksFor(play, 'search', 'production');
      await when.looks(production, ({ queue }) => queue?.for === 'runner' && queue.place === 1);
      await when.looks(staging, ({ queue }) => queue?.place === 2);

      const ends = [];
      for (const id of [first, production, staging]) ends.push((await when.isOver(id)).status('succeeded').view);
      const began = ends.map(({ steps }) => steps.find(({ name }) => name === 'install')?.startedAt ?? 'never');
      expect(began).toEqual(began.toSorted((a, b) => a.localeCompare(b)));
      expect(ends.map(({ queue }) => queue)).toEqual([undefined, undefined, undefined]);
    },
    one,
  );

  scenario(
    'is kept from the fetch to the end of the build, and free again before the release',
    async (play) => {
      const { given, when, host } = play;
      given.health([500]);
      const first = await when.asks();
      await when.looks(first, ({ status }) => status === 'verifying');
      expect((await host.deps.runnerQueue.read()).holds).toEqual([]);
      const second = await asksFor(play, 'billing');
      await when.looks(second, ({ steps }) => steps.some(({ name }) => name === 'compile'));
      const { holds } = await host.deps.runnerQueue.read();
      expect(holds.map(({ deploymentId }) => deploymentId)).toEqual([second]);
    },
    one,
  );

  scenario(
    'that somebody waited for is not needed after a cancel, and the machine ends at once',
    async (play) => {
      const { given, when, host } = play;
      given.build({ stageSeconds: 600 });
      const first = await when.asks();
      await when.looks(first, ({ steps }) => steps.some(({ name }) => name === 'compile'));
      const second = await asksFor(play, 'billing');
      await when.looks(second, ({ queue }) => queue?.for === 'runner');
      const beforeMs = host.clock.now();
      await when.sends({ kind: 'cancel' }, second);
      await host.runUntil(() => !host.account.engine.journal.running().some(({ name }) => name === `${second}-1`));
      expect(host.clock.now() - beforeMs).toBeLessThan(5_000);
      (await when.isOver(second)).status('cancelled');
    },
    one,
  );

  scenario(
    'that was lost is not asked for again: the next build has it',
    async ({ given, when }) => {
      given.build({ compile: 'is lost' });
      const outcome = (await when.deploys()).status('succeeded');
      expect(outcome.view.steps.filter(({ name }) => name === 'compile').map(({ status }) => status)).toEqual([
        'interrupted',
        'succeeded',
      ]);
    },
    one,
  );
});
