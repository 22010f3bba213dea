import {
  DeleteFunctionCommand,
  GetFunctionConfigurationCommand,
  InvokeCommand,
  ListFunctionsCommand,
} from '@aws-sdk/client-lambda';
import { expect, test } from 'vitest';
import { answering, createFunction, invoke, startLambda, until } from './lambda-host.ts';

test('a registered function runs in this process, on copies of its event and its result', async () => {
  const { client, lambda } = startLambda();
  const kept = { list: [1], when: new Date(0), absent: undefined };
  const seen: unknown[] = [];
  lambda.register('judge-canary', {
    timeoutSeconds: 30,
    handler: (event, context) => {
      seen.push(event, context);
      return Promise.resolve(kept);
    },
  });
  const { result, version } = await invoke(client, { name: 'judge-canary', event: { step: 2 } });
  expect(result).toEqual({ list: [1], when: '1970-01-01T00:00:00.000Z' });
  expect(version).toBe('$LATEST');
  expect(seen[0]).toEqual({ step: 2 });
  const context = seen[1] as { getRemainingTimeInMillis(): number };
  expect(context).toMatchObject({
    functionName: 'judge-canary',
    invokedFunctionArn: 'arn:aws:lambda:eu-west-1:000000000000:function:judge-canary',
    memoryLimitInMB: '512',
    awsRequestId: expect.stringMatching(/^[0-9a-f-]{36}$/) as string,
  });
  expect(context.getRemainingTimeInMillis()).toBeGreaterThan(20_000);
});

test('its error keeps name, message and trace, so that a state machine can match it', async () => {
  const { client, lambda } = startLambda();
  lambda.register('gate', {
    timeoutSeconds: 30,
    handler: () => Promise.reject(Object.assign(new Error('2 rules forbid it'), { name: 'policy_gate_failed' })),
  });
  expect(await invoke(client, { name: 'gate' })).toMatchObject({
    error: 'Unhandled',
    result: {
      errorType: 'policy_gate_failed',
      errorMessage: '2 rules forbid it',
      trace: expect.arrayContaining([expect.stringContaining('lambda-registered.test.ts')]) as string[],
    },
  });
});

test('its time is limited', async () => {
  const { client, lambda } = startLambda();
  lambda.register('stuck', { timeoutSeconds: 0.02, handler: () => new Promise(() => undefined) });
  expect((await invoke(client, { name: 'stuck' })).result).toMatchObject({
    errorType: 'Sandbox.Timedout',
    errorMessage: expect.stringContaining('Task timed out after 0.02 seconds') as string,
  });
});

test('it is listed and described, but not changed, and shares no name with a created one', async () => {
  const { client, lambda } = startLambda();
  lambda.register('gate', { timeoutSeconds: 30, handler: () => Promise.resolve(null) });
  await createFunction(client, answering('hello'));
  const { Functions } = await client.send(new ListFunctionsCommand({}));
  expect(Functions?.map((each) => each.FunctionName)).toEqual(['greeter', 'gate']);
  const gate = { FunctionName: 'gate' };
  expect(await client.send(new GetFunctionConfigurationCommand(gate))).toMatchObject({ State: 'Active', Timeout: 30 });
  await expect(client.send(new DeleteFunctionCommand(gate))).rejects.toMatchObject({
    name: 'InvalidParameterValueException',
  });
  await expect(createFunction(client, answering('mine'), gate)).rejects.toMatchObject({
    name: 'ResourceConflictException',
  });
  expect(() => lambda.register('greeter', { timeoutSeconds: 1, handler: () => Promise.resolve(1) })).toThrow('greeter');
});

test('an event is accepted at once and handled without anybody waiting, by either kind of function', async () => {
  const lines: string[] = [];
  const { client, lambda } = startLambda({
    logs: { put: (_group, _stream, events) => void lines.push(...events.map(({ message }) => message)) },
  });
  await createFunction(client, `export const handler = async ({ n }) => console.log('created got ' + n);`);
  lambda.register('gate', {
    timeoutSeconds: 5,
    handler: (event) => Promise.resolve(lines.push(`registered got ${JSON.stringify(event)}`)),
  });
  for (const FunctionName of ['greeter', 'gate']) {
    const event = new InvokeCommand({ FunctionName, InvocationType: 'Event', Payload: '{"n":1}' });
    expect((await client.send(event)).StatusCode).toBe(202);
  }
  await until(() => /created got 1/.test(lines.join()), 'the created function had its event');
  expect(lines).toContain('registered got {"n":1}');
  await expect(
    client.send(new InvokeCommand({ FunctionName: 'nobody', InvocationType: 'Event', Payload: '{}' })),
  ).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
});
