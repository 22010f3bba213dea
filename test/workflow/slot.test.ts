import { describe, expect } from 'vitest';
import { deploymentEvents } from '#test/support/deployment-events.ts';
import { commitNamed, scenario } from '#test/support/deployment-scenario.ts';
import { machineStates } from '#test/support/machine-states.ts';
import type { WorkflowHost } from '#test/support/workflow-host.ts';

const b = { commit: commitNamed('b') };
const c = { commit: commitNamed('c') };

describe('the slot of an environment', () => {
  scenario('lets a second deployment wait until the first is over', async ({ given, when }) => {
    given.source(b);
    const first = await when.asks();
    await when.looks(first, ({ status }) => status === 'running');
    const second = await when.asks(b);
    await when.looks(first, ({ status }) => status === 'verifying');
    await when.looks(second, ({ status }) => status === 'queued');

    const one = (await when.isOver(first)).status('succeeded');
    const other = (await when.isOver(second)).status('succeeded');
    expect(Date.parse(other.view.startedAt ?? '')).toBeGreaterThanOrEqual(Date.parse(one.view.finishedAt ?? ''));
    await other.serves('3');
  });

  scenario('goes to the newest of those that wait', async ({ given, when, host }) => {
    given.source(b).source(c);
    const first = await when.asks();
    await when.looks(first, ({ status }) => status === 'running');
    const second = await when.asks(b);
    await when.looks(second, () => machineStates(host, { id: second, run: 1 }).at(-1) === 'AwaitAdmission');
    const third = await when.asks(c);

    const superseded = await when.isOver(second);
    superseded.status('superseded').steps([]).events(['queued', 'superseded']);
    expect(superseded.view.supersededBy).toBe(third);
    expect(superseded.view.startedAt).toBeUndefined();
    (await when.isOver(first)).status('succeeded');
    await (await when.isOver(third)).status('succeeded').serves('3');
  });

  scenario(
    'is worth waiting for, even for eight hours',
    async ({ given, when }) => {
      given.source(b).build({ stageSeconds: 2 * 3_600 });
      const first = await when.asks();
      await when.looks(first, ({ status }) => status === 'running');
      const second = await when.asks(b);
      (await when.isOver(first)).status('succeeded');
      (await when.isOver(second)).status('succeeded');
    },
    // It asks again every five minutes, in case that it was not woken.
    { transitions: 300, tableWrites: 160 },
  );

  scenario('is one for each environment', async ({ when }) => {
    const staging = await when.asks();
    const production = await when.asks({ environment: 'production' });
    await when.looks(staging, ({ status }) => status === 'running');
    await when.looks(production, ({ status }) => status === 'running');
    (await when.isOver(staging)).status('succeeded');
    (await when.isOver(production)).status('succeeded');
  });
});

describe('an event that comes twice', () => {
  scenario('starts one machine', async ({ when, host }) => {
    const id = await when.asks();
    await when.looks(id, ({ status }) => status === 'running');
    await queuedAgain(host, id);
    const outcome = (await when.isOver(id)).status('succeeded');
    await queuedAgain(host, id);
    outcome.events(['queued', 'started', 'canary_promoted', 'health_check', 'succeeded']);
    const executions = host.account.engine.journal.list({ startedFrom: host.machineArn, limit: 10 });
    expect(executions.map(({ name }) => name)).toEqual([`${id}-1`]);
  });

  scenario('starts one machine, even when both come at once', async ({ when, host }) => {
    const id = await when.asks();
    await Promise.all([queuedAgain(host, id), queuedAgain(host, id)]);
    (await when.isOver(id)).status('succeeded');
    expect(host.account.engine.journal.list({ startedFrom: host.machineArn, limit: 10 })).toHaveLength(1);
  });
});

async function queuedAgain(host: WorkflowHost, id: string): Promise<void> {
  const event = deploymentEvents(host, id).find(({ type }) => type === 'deployment.queued');
  await host.account.invoke('deployment-service-on-deployment-queued', { detail: event?.detail });
}
