import type { DatabaseSync } from 'node:sqlite';
import { SFNClient } from '@aws-sdk/client-sfn';
import { createEngine } from '#local/asl/engine.ts';
import type { Integration } from '#local/asl/integration.ts';
import { STATES_START_EXECUTION, statesStartExecution } from '#local/asl/integrations/states-start-execution.ts';
import { virtualClock, type VirtualClock } from '#local/clock.ts';
import { createGateway } from '#local/gateway/gateway.ts';
import { statesService } from '#local/services/states/states-service.ts';
import { openStore } from '#local/store.ts';
import { against } from '#test/support/clients.ts';

export const ROLE = 'arn:aws:iam::000000000000:role/machine';

interface Surroundings {
  readonly store?: DatabaseSync;
  readonly clock?: VirtualClock;
}

/** A stock client of a Step Functions endpoint in this process, on a virtual clock; its machines can start each other. */
export function statesUnderTest(
  integrations: Readonly<Record<string, Integration>> = {},
  { store = openStore(':memory:'), clock = virtualClock() }: Surroundings = {},
) {
  let drawn = 0;
  const random = (): number => ((drawn++ * 37) % 100) / 100;
  const nested = statesStartExecution({
    start: (input, startedBy) => states.startNested(input, startedBy),
    ended: (arn) => engine.ended(arn),
    find: (arn) => engine.journal.find(arn),
    stop: (arn) => void engine.stop(arn, {}),
  });
  const all = { [STATES_START_EXECUTION]: nested, ...integrations };
  const engine = createEngine({ store, clock, random, integrations: all });
  const states = statesService({ store, clock, random, engine });
  const client = new SFNClient(against(createGateway([states])));

  return {
    client,
    clock,
    store,
    engine,
    /** Moves time until an execution has ended. */
    finish: (executionArn: string | undefined): Promise<void> =>
      clock.runUntil(async () => {
        await engine.idle();
        return engine.journal.find(executionArn ?? '')?.status !== 'RUNNING';
      }, 1000),
  };
}

export function asl(states: Readonly<Record<string, object>>): string {
  return JSON.stringify({ QueryLanguage: 'JSONata', StartAt: Object.keys(states)[0], States: states });
}

/** Returns its input after a number of seconds. */
export function waiting(Seconds: number): string {
  return asl({ Nap: { Type: 'Wait', Seconds, End: true } });
}
