import { SFNClient } from '@aws-sdk/client-sfn';
import { createEngine } from '#local/asl/engine.ts';
import type { Integration } from '#local/asl/integration.ts';
import { virtualClock } from '#local/clock.ts';
import { createGateway } from '#local/gateway/gateway.ts';
import { statesService } from '#local/services/states/states-service.ts';
import { openStore } from '#local/store.ts';
import { against } from '#test/support/clients.ts';

export const ROLE = 'arn:aws:iam::000000000000:role/machine';

/** A stock client of a Step Functions endpoint in this process, on a virtual clock. */
export function statesUnderTest(integrations: Readonly<Record<string, Integration>> = {}) {
  const store = openStore(':memory:');
  const clock = virtualClock();
  let drawn = 0;
  const random = (): number => ((drawn++ * 37) % 100) / 100;
  const engine = createEngine({ store, clock, random, integrations });
  const client = new SFNClient(against(createGateway([statesService({ store, clock, random, engine })])));

  return {
    client,
    clock,
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
