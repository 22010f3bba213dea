import {
  GetExecutionHistoryCommand,
  ListExecutionsCommand,
  ListStateMachinesCommand,
  SFNClient,
} from '@aws-sdk/client-sfn';
import { writeFileSync } from 'node:fs';
import { describe, expect } from 'vitest';
import { costTally } from '#test/support/cost-tally.ts';
import { commitNamed, scenario } from '#test/support/deployment-scenario.ts';
import type { WorkflowHost } from '#test/support/workflow-host.ts';
import counted from '../../scripts/cost/counts.json' with { type: 'json' };

/** States that executions entered which began since. */
async function statesEntered(host: WorkflowHost, since: Date): Promise<number> {
  const client = new SFNClient(host.client);
  const { stateMachines = [] } = await client.send(new ListStateMachinesCommand({}));
  let entered = 0;
  for (const { stateMachineArn } of stateMachines) {
    const { executions = [] } = await client.send(new ListExecutionsCommand({ stateMachineArn }));
    for (const { executionArn } of executions.filter(({ startDate }) => startDate && startDate >= since)) {
      const history = new GetExecutionHistoryCommand({ executionArn, maxResults: 1000 });
      const { events = [] } = await client.send(history);
      entered += events.filter(({ stateEnteredEventDetails }) => stateEnteredEventDetails).length;
    }
  }
  return entered;
}

describe('the cost sheet', () => {
  // `COST_COUNTS=write npx vitest run --project fast test/workflow/cost.test.ts && npm run gen` counts anew.
  scenario('counts what a deployment of eight steps asks of AWS', async ({ given, when, host }) => {
    (await when.deploys()).status('succeeded');
    const commit = commitNamed('b');
    given.source({ commit });
    await host.clock.advance(60_000);
    const since = new Date(host.clock.now());
    const tally = await costTally(host);
    const outcome = (await when.deploys({ commit })).status('succeeded');
    await host.quiet();
    const counts = { ...tally };
    expect(outcome.view.steps).toHaveLength(8);
    const found = { ...counts, transitions: await statesEntered(host, since) };
    if (process.env['COST_COUNTS'] === 'write') {
      writeFileSync(new URL('../../scripts/cost/counts.json', import.meta.url), `${JSON.stringify(found, null, 2)}\n`);
      return;
    }
    for (const [name, value] of Object.entries(counted)) {
      const now = found[name as keyof typeof found];
      expect(Math.abs(now - value), `${name}: ${value} in scripts/cost/counts.json, ${now} now`).toBeLessThanOrEqual(
        Math.max(2, value * 0.2),
      );
    }
  });
});
