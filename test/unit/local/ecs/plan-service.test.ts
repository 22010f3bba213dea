import fc from 'fast-check';
import { expect, test } from 'vitest';
import { failureThreshold, planService, type PlannedTask } from '#local/services/ecs/plan-service.ts';

const task = (id: string, deploymentId: string, more: Partial<PlannedTask> = {}): PlannedTask => ({
  id,
  deploymentId,
  state: 'running',
  health: 'healthy',
  ...more,
});
const service = {
  desiredCount: 2,
  minimumHealthyPercent: 100,
  maximumPercent: 200,
  primary: { id: 'new', failed: false },
};

test.each([
  [1, 3],
  [6, 3],
  [7, 4],
  [25, 13],
  [400, 200],
  [800, 200],
])('with %i tasks desired, %i failures in a row are too many', (desired, threshold) => {
  expect(failureThreshold(desired)).toBe(threshold);
});

test('a deployment that has failed starts nothing and stops nothing that serves', () => {
  const plan = planService({ ...service, primary: { id: 'new', failed: true } }, [task('a', 'old'), task('b', 'old')]);
  expect(plan).toEqual({ start: 0, stop: [], steady: false });
});

test('an old task that serves nobody goes before one that does', () => {
  const tasks = [
    task('serving', 'old'),
    task('waiting', 'old', { health: 'waiting' }),
    task('one', 'new'),
    task('two', 'new', { health: 'waiting' }),
  ];
  expect(planService(service, tasks).stop).toEqual([{ id: 'waiting', why: 'scaling' }]);
});

const situation = fc.record({
  desiredCount: fc.integer({ min: 0, max: 12 }),
  minimumHealthyPercent: fc.integer({ min: 0, max: 100 }),
  extraPercent: fc.integer({ min: 1, max: 100 }),
  tasks: fc.array(
    fc.record({
      deploymentId: fc.constantFrom('old', 'older', 'new'),
      state: fc.constantFrom('starting' as const, 'running' as const, 'stopping' as const),
      health: fc.constantFrom('waiting' as const, 'healthy' as const),
    }),
    { maxLength: 30 },
  ),
});

test('a plan never goes below the healthy minimum, and never starts above the maximum', () => {
  fc.assert(
    fc.property(situation, ({ tasks, extraPercent, ...given }) => {
      const maximumPercent = 100 + extraPercent;
      const numbered = tasks.map((each, index) => ({ ...each, id: String(index) }));
      const plan = planService({ ...given, maximumPercent, primary: { id: 'new', failed: false } }, numbered);
      const stopped = new Set(plan.stop.map(({ id }) => id));
      const serves = (each: PlannedTask) => each.state === 'running' && each.health === 'healthy';
      const left = numbered.filter((each) => !stopped.has(each.id) && each.state !== 'stopping');
      const healthyBefore = numbered.filter(serves).length;
      const least = (given.desiredCount * given.minimumHealthyPercent) / 100;
      expect(left.filter(serves).length).toBeGreaterThanOrEqual(Math.min(healthyBefore, least));
      if (plan.start > 0) {
        const alive = numbered.filter(({ state }) => state !== 'stopping').length;
        expect(alive + plan.start).toBeLessThanOrEqual((given.desiredCount * maximumPercent) / 100);
      }
    }),
  );
});

test('following the plan ends with the new version alone, from whatever was there, when there is room for one more', () => {
  fc.assert(
    fc.property(situation, ({ tasks, ...given }) => {
      const wanted = { ...given, maximumPercent: 200, primary: { id: 'new', failed: false } };
      let present: PlannedTask[] = tasks.map((each, index) => ({ ...each, id: String(index) }));
      for (let round = 0; round < 200; round++) {
        const plan = planService(wanted, present);
        if (plan.steady) break;
        const stopped = new Set(plan.stop.map(({ id }) => id));
        const kept = present.filter(({ id, state }) => state !== 'stopping' && !stopped.has(id));
        const started = Array.from({ length: plan.start }, (_, index) =>
          task(`${round}-${index}`, 'new', { health: 'waiting' }),
        );
        // Between two rounds every task comes to run and to be healthy.
        present = [...kept, ...started].map((each) => ({ ...each, state: 'running', health: 'healthy' }));
      }
      const left = present.filter(({ state }) => state !== 'stopping');
      expect(left.filter(({ deploymentId }) => deploymentId !== 'new')).toEqual([]);
      expect(left).toHaveLength(given.desiredCount);
    }),
  );
});
