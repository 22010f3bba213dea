import type { Person, WorkflowHost } from './workflow-host.ts';

/** Lets so much time pass, whatever falls due meanwhile. */
export async function passTime(host: WorkflowHost, milliseconds: number): Promise<void> {
  let over = false;
  host.clock.after(milliseconds, () => (over = true));
  await host.runUntil(() => over);
}

interface Answer {
  readonly statusCode: number;
  readonly body: string;
}

const mostTries = 12;

/**
 * Calls an operation as a client does that does not give up: while there is no answer, or the service is not well, it asks
 * again with the same key. A refusal is an answer, too.
 */
export function persistently(host: WorkflowHost, seed: number) {
  let calls = 0;
  return async (
    operation: string,
    params: Readonly<Record<string, string>>,
    body?: unknown,
    as?: Person,
  ): Promise<Answer> => {
    const headers = { 'idempotency-key': `call-${seed}-${++calls}` };
    for (let tries = 1; ; tries++) {
      const answer = await settled(host, host.callApi(operation, params, body, as, {}, headers));
      if (answer && answer.statusCode < 500 && answer.statusCode !== 429) return answer;
      if (tries >= mostTries) throw new Error(`${operation} has no answer: ${answer?.body}`);
      await passTime(host, 500 * tries);
    }
  };
}

/** The answer, once time has passed as far as it needs; nothing when the function ended without one. */
async function settled(host: WorkflowHost, work: Promise<Answer>): Promise<Answer | undefined> {
  let over = false;
  const answer = work.catch(() => undefined).finally(() => (over = true));
  await host.runUntil(() => over);
  return answer;
}
