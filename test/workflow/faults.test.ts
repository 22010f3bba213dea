import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { virtualClock } from '#local/clock.ts';
import { injectFaults } from '#local/gateway/faults/faults.ts';
import { checkFaultRun } from '#test/support/check-fault-run.ts';
import { playFaultRun } from '#test/support/fault-run.ts';
import { openWorkflowHost } from '#test/support/workflow-host.ts';

/** `FAULT_RUNS=50` plays the first ones only. */
const runs = Number(process.env['FAULT_RUNS'] ?? 500);
/** A host is opened for so many runs; each has services, commits and a fault plan of its own. */
const perHost = 10;
const command = 'npx vitest run --project slow test/workflow/faults.test.ts';

/** `FAULT_SEED=17` plays that run alone. */
const only = process.env['FAULT_SEED'];
const seeds = only === undefined ? Array.from({ length: runs }, (_, seed) => seed) : [Number(only)];
const groups = Array.from({ length: Math.ceil(seeds.length / perHost) }, (_, group) =>
  seeds.slice(group * perHost, (group + 1) * perHost),
);

describe('deployments while things go wrong', () => {
  // What a function could not do is said there, and here that is all the time.
  beforeEach(() => void vi.spyOn(console, 'error').mockImplementation(() => undefined));
  afterEach(() => void vi.restoreAllMocks());

  it.each(groups.map((group) => [group[0], group.at(-1), group] as const))(
    'come to their end, with nothing stuck, held, lost or done twice: seeds %i to %i',
    { timeout: 120_000 },
    async (_first, _last, group) => {
      const clock = virtualClock();
      const faults = injectFaults({ clock });
      const host = await openWorkflowHost({ clock, faults });
      try {
        for (const seed of group) {
          const again = `FAULT_SEED=${seed} ${command}`;
          try {
            const run = await playFaultRun(host, faults, seed);
            expect(run.deployments.length).toBeGreaterThan(0);
            await checkFaultRun(run);
          } catch (error) {
            throw new Error(`Seed ${seed}; again with\n  ${again}\n${String(error)}\n${faults.told().join('\n')}`, {
              cause: error,
            });
          }
        }
      } finally {
        await host.close();
      }
    },
  );
});
