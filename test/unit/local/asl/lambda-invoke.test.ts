import { describe, expect, it } from 'vitest';
import { lambdaInvoke } from '#local/asl/integrations/lambda-invoke.ts';
import type { TaskContext } from '#local/asl/integration.ts';

const context: TaskContext = {
  executionArn: 'arn:e',
  executionName: 'e',
  stateName: 's',
  attempt: 1,
  token: 'the-token',
  idempotencyToken: 't',
  submitted: () => undefined,
};

describe('lambda:invoke', () => {
  it('sends the payload as JSON and gives back what the function returned', async () => {
    const calls: unknown[] = [];
    const task = lambdaInvoke(async (operation, input) => {
      calls.push([operation, input]);
      return { StatusCode: 200, ExecutedVersion: '7', Payload: Buffer.from('{"ok":true}') };
    });
    expect(await task.start({ FunctionName: 'f:live', Payload: { n: 1 } }, context)).toEqual({
      ExecutedVersion: '7',
      Payload: { ok: true },
      StatusCode: 200,
    });
    expect(calls).toEqual([
      ['Invoke', { FunctionName: 'f:live', InvocationType: 'RequestResponse', Payload: '{"n":1}' }],
    ]);
  });

  it('fails with the type of the error that the function threw, the payload as its cause', async () => {
    const payload = '{"errorType":"environment_frozen","errorMessage":"no"}';
    const task = lambdaInvoke(async () => ({ StatusCode: 200, FunctionError: 'Unhandled', Payload: payload }));
    await expect(task.start({ FunctionName: 'f' }, context)).rejects.toMatchObject({
      error: 'environment_frozen',
      reason: payload,
    });
  });

  it.each([
    [{ name: 'TooManyRequestsException', $metadata: { httpStatusCode: 429 } }, 'Lambda.TooManyRequestsException'],
    [{ name: 'ServiceException', $metadata: { httpStatusCode: 500 } }, 'Lambda.ServiceException'],
    [{ name: 'InternalFailure', $metadata: { httpStatusCode: 500 } }, 'Lambda.ServiceException'],
    [{ name: 'ResourceNotFoundException', $metadata: { httpStatusCode: 404 } }, 'Lambda.ResourceNotFoundException'],
    [{ name: 'ECONNREFUSED' }, 'Lambda.SdkClientException'],
  ])('turns the failure of the call %j into %s', async (members, error) => {
    const task = lambdaInvoke(() => Promise.reject(Object.assign(new Error('why'), members)));
    await expect(task.start({ FunctionName: 'f' }, context)).rejects.toMatchObject({ error, reason: 'why' });
  });

  it('refuses arguments that it would not send', async () => {
    const task = lambdaInvoke(() => Promise.reject(new Error('not to be called')));
    await expect(task.start({ FunctionName: 'f', LogType: 'Tail' }, context)).rejects.toMatchObject({
      error: 'States.Runtime',
      reason: expect.stringContaining('LogType') as string,
    });
  });
});
