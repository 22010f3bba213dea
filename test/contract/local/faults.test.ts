import { DescribeTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { CreateBucketCommand, ListBucketsCommand, S3Client } from '@aws-sdk/client-s3';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { describe, expect, it, onTestFinished } from 'vitest';
import { virtualClock } from '#local/clock.ts';
import type { FaultPlan, RequestFault } from '#local/gateway/faults/fault-plan.ts';
import { injectFaults } from '#local/gateway/faults/faults.ts';
import { createGateway } from '#local/gateway/gateway.ts';
import { serveGateway } from '#local/gateway/serve-gateway.ts';
import { createDynamoDb } from '#local/services/dynamodb/create-dynamodb.ts';
import { createLambda } from '#local/services/lambda/lambda.ts';
import { createS3 } from '#local/services/s3/s3.ts';
import { createSts } from '#local/services/sts/sts.ts';
import { openStore } from '#local/store.ts';
import { faultyDelivery, faultyStreams } from '#local/stack/faulty.ts';
import { against } from '#test/support/clients.ts';
import { scratchFolder } from './lambda-host.ts';

const nothing: FaultPlan = {
  request: () => undefined,
  stop: () => undefined,
  record: () => undefined,
  delivery: () => undefined,
  lostBuild: () => undefined,
};

/** An endpoint that follows a plan from the start. */
function startFaulty(plan: Partial<FaultPlan>) {
  const folder = scratchFolder();
  const clock = virtualClock();
  const store = openStore(':memory:');
  const s3 = createS3({ store, clock, directory: folder });
  const lambda = createLambda({
    store,
    clock,
    workspaceRoot: folder,
    s3: { get: () => Promise.reject(new Error('There is no code.')) },
  });
  const faults = injectFaults({ clock });
  const gateway = faults.inFront(
    createGateway([s3, lambda, createDynamoDb({ store, clock }), createSts({ store, clock })]),
  );
  faults.begin({ ...nothing, ...plan });
  onTestFinished(async () => {
    await lambda.close();
    store.close();
  });
  const options = { ...against(gateway), maxAttempts: 1 };
  return { faults, clock, lambda, gateway, options };
}

/** The error that a request ends with. */
const errorOf = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => Promise.reject(new Error('Nothing went wrong.')),
    (error: unknown) => error,
  );
const always = (fault: RequestFault) => ({ request: () => fault });

describe('an endpoint with faults', () => {
  it.each([
    [
      'throttled',
      'ProvisionedThroughputExceededException',
      400,
      'SlowDown',
      503,
      'TooManyRequestsException',
      429,
      'Throttling',
      400,
    ],
    ['failed', 'InternalServerError', 500, 'InternalError', 500, 'ServiceException', 500, 'InternalFailure', 500],
  ] as const)(
    'says "%s" in the words of each service',
    async (kind, table, tableStatus, s3, s3Status, lambda, lambdaStatus, sts, stsStatus) => {
      const { options } = startFaulty(always(kind === 'failed' ? { kind, effect: 'none' } : { kind }));
      const told = (name: string, status: number) => ({ name, $metadata: { httpStatusCode: status } });
      expect(
        await errorOf(new DynamoDBClient(options).send(new DescribeTableCommand({ TableName: 't' }))),
      ).toMatchObject(told(table, tableStatus));
      expect(await errorOf(new S3Client(options).send(new ListBucketsCommand()))).toMatchObject(told(s3, s3Status));
      expect(await errorOf(new LambdaClient(options).send(new InvokeCommand({ FunctionName: 'f' })))).toMatchObject(
        told(lambda, lambdaStatus),
      );
      expect(await errorOf(new STSClient(options).send(new GetCallerIdentityCommand()))).toMatchObject(
        told(sts, stsStatus),
      );
    },
  );

  it.each([
    [{ kind: 'failed', effect: 'none' }, 0],
    [{ kind: 'failed', effect: 'done' }, 1],
    [{ kind: 'reset', effect: 'none' }, 0],
    [{ kind: 'reset', effect: 'done' }, 1],
  ] as const)('with %o leaves %i buckets', async (fault, buckets) => {
    const { options, faults } = startFaulty(always(fault));
    const s3 = new S3Client({ ...options, forcePathStyle: true });
    const error = await errorOf(s3.send(new CreateBucketCommand({ Bucket: 'orders' })));
    expect(error).toMatchObject(fault.kind === 'reset' ? { code: 'ECONNRESET' } : { name: 'InternalError' });
    faults.end();
    expect((await s3.send(new ListBucketsCommand())).Buckets ?? []).toHaveLength(buckets);
  });

  it('closes the connection on a socket', async () => {
    const { gateway, options } = startFaulty(always({ kind: 'reset', effect: 'none' }));
    const served = await serveGateway(gateway, { port: 0, host: '127.0.0.1' });
    onTestFinished(() => served.close());
    const { requestHandler: _inProcess, ...rest } = options;
    const client = new STSClient({ ...rest, endpoint: `http://127.0.0.1:${served.port}` });
    expect(await errorOf(client.send(new GetCallerIdentityCommand()))).toMatchObject({ code: 'ECONNRESET' });
  });

  it('answers late by its own clock', async () => {
    const { clock, options } = startFaulty(always({ kind: 'slow', milliseconds: 3_000 }));
    let answered = false;
    const asked = new STSClient(options).send(new GetCallerIdentityCommand()).then(() => (answered = true));
    await clock.advance(2_999);
    expect(answered).toBe(false);
    await clock.advance(1);
    expect(await asked).toBe(true);
  });

  it.each(['none', 'done'] as const)(
    'stops a function at its second call, with the effect %s, and nothing follows',
    async (effect) => {
      const { lambda, options, faults } = startFaulty({ stop: () => ({ atCall: 2, effect }) });
      const s3 = new S3Client({ ...options, forcePathStyle: true });
      lambda.register('copies', {
        timeoutSeconds: 30,
        async handler() {
          for (const Bucket of ['one', 'two', 'three'])
            await s3.send(new CreateBucketCommand({ Bucket: `bucket-${Bucket}` }));
        },
      });
      const { failed, payload } = await lambda.invoke({ functionName: 'copies', payload: Buffer.from('{}') });
      expect([failed, JSON.parse(payload.toString('utf8'))]).toEqual([
        true,
        {
          errorType: 'Runtime.ExitError',
          errorMessage: expect.stringMatching(
            /^RequestId: \S+ Error: Runtime exited without providing a reason$/,
          ) as string,
        },
      ]);
      expect(faults.told()).toEqual([`copies stops at s3 PUT, effect ${effect}`]);
      const { Buckets = [] } = await s3.send(new ListBucketsCommand());
      expect(Buckets.map(({ Name }) => Name)).toEqual(
        effect === 'done' ? ['bucket-one', 'bucket-two'] : ['bucket-one'],
      );
    },
  );

  it('hands records and events over never, once or twice', async () => {
    const clock = virtualClock();
    const planned = ['lost', undefined, 'twice'] as const;
    const plan = {
      ...nothing,
      record: (_: string, nth: number) => planned[nth],
      delivery: (_: string, nth: number) => planned[nth],
    };
    const faults = injectFaults({ clock });
    faults.begin(plan);
    const records = [1, 2, 3].map((number) => ({ eventSource: 'aws:dynamodb', number }));
    const seen: number[][] = [];
    const invoke = faultyStreams(faults, async (_, event) => {
      seen.push((event as { Records: typeof records }).Records.map(({ number }) => number));
      return {};
    });
    await invoke('arn:aws:lambda:eu-west-1:0:function:publish', { Records: records });
    expect(seen).toEqual([[3], [2, 3]]);

    const delivered: unknown[] = [];
    const deliver = faultyDelivery(faults, async (_, event) => void delivered.push(event));
    for (const event of ['a', 'b', 'c']) await deliver('arn:aws:lambda:eu-west-1:0:function:notify', event);
    expect(delivered).toEqual(['b', 'c', 'c']);
  });

  it('is as any other before it begins and after it ended', async () => {
    const { faults, options } = startFaulty(always({ kind: 'throttled' }));
    const sts = new STSClient(options);
    await expect(sts.send(new GetCallerIdentityCommand())).rejects.toThrow('Rate exceeded');
    faults.end();
    await expect(sts.send(new GetCallerIdentityCommand())).resolves.toHaveProperty('Account');
  });
});
