import { LambdaClient } from '@aws-sdk/client-lambda';
import { S3Client } from '@aws-sdk/client-s3';
import { describe, expect, it } from 'vitest';
import { lambdaMarkSink } from '#runner/lambda-mark-sink.ts';
import { MarkRefused } from '#runner/mark-sink.ts';
import { s3BlobStore } from '#runner/s3-blob-store.ts';
import type { StageMark } from '#schemas/workflows/stage-mark.ts';
import { fakeAws, fakeCredentials } from './fake-aws.ts';
import { DEPLOYMENT } from './given-plan.ts';

const client = (endpoint: string) => ({ endpoint, region: 'eu-west-1', credentials: fakeCredentials, maxAttempts: 1 });

describe('the S3 blob store', () => {
  it('keeps bytes under their key and knows when there are none', async () => {
    const { endpoint, objects } = await fakeAws();
    const store = s3BlobStore(new S3Client(client(endpoint)), 'blobs');
    expect(await store.get('a/b.json')).toBeUndefined();
    await store.put('a/b.json', Buffer.from('{}'), 'application/json');
    expect([...objects.keys()]).toEqual(['/blobs/a/b.json']);
    expect(Buffer.from((await store.get('a/b.json')) ?? []).toString()).toBe('{}');
  });

  it('leaves what is there when asked to write only where nothing is', async () => {
    const { endpoint, objects } = await fakeAws();
    const store = s3BlobStore(new S3Client(client(endpoint)), 'blobs');
    expect(await store.putIfAbsent('k', Buffer.from('one'), 'text/plain')).toBe('stored');
    expect(await store.putIfAbsent('k', Buffer.from('two'), 'text/plain')).toBe('present');
    expect(Buffer.from(objects.get('/blobs/k') ?? []).toString()).toBe('one');
  });

  it('rejects when the store cannot be reached', async () => {
    const store = s3BlobStore(new S3Client(client('http://127.0.0.1:1')), 'blobs');
    await expect(store.get('k')).rejects.toThrow();
    await expect(store.putIfAbsent('k', Buffer.from('x'), 'text/plain')).rejects.toThrow();
  });
});

describe('the Lambda mark sink', () => {
  const mark: StageMark = {
    deploymentId: DEPLOYMENT,
    token: 't',
    buildId: 'b',
    run: 1,
    stage: 'test',
    status: 'failed',
    at: '2026-01-01T00:00:00.000Z',
    exitCode: 1,
  };

  it('invokes the function with the mark', async () => {
    const { endpoint, invocations } = await fakeAws();
    await lambdaMarkSink(new LambdaClient(client(endpoint)), 'post-mark').post(mark);
    expect(invocations).toEqual([mark]);
  });

  it('calls a function error a refusal and says which', async () => {
    const { endpoint } = await fakeAws(() => ({
      status: 200,
      headers: { 'x-amz-function-error': 'Unhandled' },
      body: JSON.stringify({ errorType: 'permission_denied', errorMessage: 'not its token' }),
    }));
    const posted = lambdaMarkSink(new LambdaClient(client(endpoint)), 'post-mark').post(mark);
    await expect(posted).rejects.toThrow(
      new MarkRefused('the mark "test failed" was refused: permission_denied: not its token'),
    );
  });

  it.each(['transient_fault', 'Runtime.ExitError', 'Sandbox.Timedout'])(
    'does not call it a refusal when the function ended by %s',
    async (errorType) => {
      const { endpoint } = await fakeAws(() => ({
        status: 200,
        headers: { 'x-amz-function-error': 'Unhandled' },
        body: JSON.stringify({ errorType, errorMessage: 'try later' }),
      }));
      const failure: unknown = await lambdaMarkSink(new LambdaClient(client(endpoint)), 'post-mark')
        .post(mark)
        .catch((error: unknown) => error);
      expect(failure).toEqual(new Error(`${errorType}: try later`));
      expect(failure).not.toBeInstanceOf(MarkRefused);
    },
  );

  it('does not call it a refusal when Lambda itself fails', async () => {
    const { endpoint } = await fakeAws(() => ({ status: 500, body: '{"message":"try later"}' }));
    const failure: unknown = await lambdaMarkSink(new LambdaClient(client(endpoint)), 'post-mark')
      .post(mark)
      .catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(Error);
    expect(failure).not.toBeInstanceOf(MarkRefused);
  });
});
