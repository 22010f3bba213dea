import '#test/support/quiet-logs.ts';
import { describe, expect, test } from 'vitest';
import { deploymentTask } from '#schemas/workflows/deployment-task.ts';
import * as z from 'zod';
import { Refusal } from '#domain/refusal.ts';
import type { Deps } from '#ports/deps.ts';
import { withDeps } from '#runtime/deps.ts';
import { eventHandler } from '#runtime/event-handler.ts';
import { taskHandler } from '#runtime/task-handler.ts';
import { depId } from '#test/support/builders.ts';
import { lambdaContext } from './api-event.ts';

const task = { deploymentId: depId(), run: 1 };

/** What Lambda tells the machine of an error: its name, its message and its stack. */
async function toldOf(error: unknown, input: unknown = task) {
  const handler = taskHandler(deploymentTask, () => Promise.reject(error as Error));
  try {
    await withDeps({} as Deps, () => handler(input, lambdaContext));
  } catch (thrown) {
    if (!(thrown instanceof Error)) throw new Error('What was thrown is no error.', { cause: thrown });
    return { errorType: thrown.name, errorMessage: thrown.message, trace: thrown.stack ?? '' };
  }
  throw new Error('Nothing was thrown.');
}

describe('a task', () => {
  test('gets its parsed input and answers its result, or null where there is none', async () => {
    const same = taskHandler(deploymentTask, (input) => Promise.resolve(input));
    expect(await withDeps({} as Deps, () => same({ ...task, more: 1 }, lambdaContext))).toEqual(task);
    const nothing = taskHandler(deploymentTask, () => Promise.resolve());
    expect(await withDeps({} as Deps, () => nothing(task, lambdaContext))).toBeNull();
  });

  test('keeps the code of a refusal as the name of the error, and its words', async () => {
    expect(await toldOf(new Refusal('policy_gate_failed', 'Not on Fridays.'))).toMatchObject({
      errorType: 'policy_gate_failed',
      errorMessage: 'Not on Fridays.',
    });
    expect(await toldOf(new Refusal('unavailable', 'Soon.', { transient: true }))).toMatchObject({
      errorType: 'transient_fault',
    });
  });

  test.each([
    { name: 'ThrottlingException', $metadata: { httpStatusCode: 400 } },
    { name: 'ServiceException', $fault: 'server', $metadata: { httpStatusCode: 503 } },
    { name: 'TransactionCanceledException', CancellationReasons: [{ Code: 'TransactionConflict' }] },
    { code: 'ECONNREFUSED' },
  ])('makes a transient fault of %j', async (marks) => {
    const told = await toldOf(Object.assign(new Error('secret'), marks));
    expect(told).toMatchObject({ errorType: 'transient_fault' });
    expect(JSON.stringify(told)).not.toContain('secret');
  });

  test.each([
    new TypeError('secret of the code'),
    Object.assign(new Error('secret'), { name: 'States.TaskFailed' }),
    Object.assign(new Error('secret'), { name: 'not_found' }),
    new Error('outer secret', { cause: new Error('inner secret') }),
    'secret',
    undefined,
  ])('tells nothing of a bug but that it is one: %s', async (error) => {
    const told = await toldOf(error);
    expect(told).toMatchObject({ errorType: 'internal_error' });
    expect(JSON.stringify(told)).not.toContain('secret');
  });

  test('takes an input that it does not understand for a bug, without repeating it', async () => {
    const told = await toldOf(new Error('not reached'), { deploymentId: 'secret', run: 0 });
    expect(told.errorType).toBe('internal_error');
    expect(JSON.stringify(told)).not.toContain('secret');
  });
});

describe('an event handler', () => {
  const reacting = eventHandler(z.object({ run: z.int() }), ({ run }) =>
    run > 0 ? Promise.resolve('ignored') : Promise.reject(new Refusal('not_found', 'No.')),
  );

  test('gets the detail of the event alone, and answers nothing', async () => {
    const event = { source: 'deployment-service', detail: { run: 1, extra: true } };
    expect(await withDeps({} as Deps, () => reacting(event, lambdaContext))).toBeNull();
  });

  test('lets the bus try again what throws', async () => {
    const again = withDeps({} as Deps, () => reacting({ detail: { run: 0 } }, lambdaContext));
    await expect(again).rejects.toMatchObject({ name: 'not_found' });
    const odd = withDeps({} as Deps, () => reacting({ detail: {} }, lambdaContext));
    await expect(odd).rejects.toMatchObject({ name: 'internal_error' });
  });
});
