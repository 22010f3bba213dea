import { createHash } from 'node:crypto';
import { CreateSecretCommand, PutSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { batchesOf } from '#adapters/otlp/batches-of.ts';
import { secretHeaders } from '#adapters/otlp/secret-headers.ts';
import { noSpanExporter, OtlpSpanExporter } from '#adapters/otlp/span-exporter.ts';
import type { Span } from '#domain/telemetry/span.ts';
import { traceOf } from '#domain/telemetry/trace-of.ts';
import { isTransient } from '#ports/transient.ts';
import { openTestAccount, type TestAccount } from '#test/support/account.ts';
import { aDeployment, aStep, moment } from '#test/support/builders.ts';
import { startOtlpReceiver } from '#test/support/otlp-receiver.ts';

const traceId = '4bf92f3577b34da6a3ce929d0e0e4736';
const hash = (text: string): string => createHash('sha256').update(text).digest('hex');
const failure = { code: 'step_failed' as const, message: '1 of 8 tests failed.' };
const { spans } = traceOf(
  {
    deployment: aDeployment({ status: 'failed', failure, finishedAtMs: moment(20).atMs, traceId }),
    steps: [
      aStep({ name: 'compile', status: 'succeeded', durationMs: 1500, buildId: 'b' }),
      aStep({ name: 'test', status: 'failed', failure, startedAtMs: moment(2).atMs, durationMs: 300, buildId: 'b' }),
    ],
  },
  hash,
);

let receiver: Awaited<ReturnType<typeof startOtlpReceiver>>;
beforeEach(async () => {
  receiver = await startOtlpReceiver();
});
afterEach(() => receiver.close());

const clock = { now: () => new Date(moment().atMs), sleep: () => Promise.resolve() };
const noCredentials = () => Promise.reject(new Error('Nobody asked for a signature.'));
const exporter = (more: object = {}) =>
  new OtlpSpanExporter({ endpoint: receiver.url, clock, credentials: noCredentials, ...more });

describe('the exporter of spans', () => {
  test('speaks OTLP over HTTP with JSON', async () => {
    expect(await exporter().export(traceId, spans)).toEqual({ sent: 5, rejected: 0 });
    const [request] = receiver.requests;
    expect(receiver.requests).toHaveLength(1);
    expect(request?.path).toBe('/v1/traces');
    // The receiver takes nothing that is not of the protocol's shape.
    expect(
      receiver
        .spans()
        .map(({ name }) => name)
        .toSorted(),
    ).toEqual(['build', 'build.compile', 'deployment', 'queue.wait', 'tests.run']);
    expect(receiver.spans().every((span) => span.traceId === traceId)).toBe(true);
  });

  test('tells times in nanoseconds, parents, kinds, and what failed', async () => {
    await exporter().export(traceId, spans);
    const of = (name: string) => receiver.spans().find((span) => span.name === name);
    expect(of('deployment')).toMatchObject({
      kind: 2,
      startTimeUnixNano: '1767268800000000000',
      endTimeUnixNano: '1767268820000000000',
      status: { code: 2, message: '1 of 8 tests failed.' },
    });
    expect(of('deployment')).not.toHaveProperty('parentSpanId');
    expect(of('build')).toMatchObject({ kind: 1, parentSpanId: of('deployment')?.spanId });
    expect(of('build.compile')).toMatchObject({
      parentSpanId: of('build')?.spanId,
      endTimeUnixNano: '1767268801500000000',
      status: { code: 0 },
    });
    expect(of('tests.run')?.attributes).toEqual(
      expect.arrayContaining([
        { key: 'cicd.pipeline.task.run.result', value: { stringValue: 'failure' } },
        { key: 'error.type', value: { stringValue: 'step_failed' } },
        { key: 'deployment_service.attempt', value: { intValue: '1' } },
      ]),
    );
    expect(receiver.requests[0]?.body).toContain(
      '"resource":{"attributes":[{"key":"service.name","value":{"stringValue":"deployment-service"}}]}',
    );
  });

  test('takes a base address with a path or a slash at its end', async () => {
    await exporter({ endpoint: `${receiver.url}/otlp/` }).export(traceId, spans);
    expect(receiver.requests[0]?.path).toBe('/otlp/v1/traces');
  });

  test.each([429, 502, 503, 504])('asks for another try when the receiver answers %d', async (status) => {
    receiver.answerNext({ status });
    const error: unknown = await exporter()
      .export(traceId, spans)
      .catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'unavailable' });
    expect(isTransient(error)).toBe(true);
  });

  test('asks for another try when nobody is there, or nobody answers', async () => {
    receiver.answerNext({ status: 0 });
    const slow = exporter({ timeoutSeconds: 0.05 });
    expect(isTransient(await slow.export(traceId, spans).catch((thrown: unknown) => thrown))).toBe(true);
    await receiver.close();
    const gone: unknown = await exporter()
      .export(traceId, spans)
      .catch((thrown: unknown) => thrown);
    expect(isTransient(gone)).toBe(true);
  });

  test('says what the receiver refuses: no other try gets past that', async () => {
    receiver.answerNext({ status: 401, body: 'who are you' });
    const error: unknown = await exporter()
      .export(traceId, spans)
      .catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'conflict', message: expect.stringContaining('401') as string });
    expect(isTransient(error)).toBe(false);
  });

  test('does not carry its headers to where it is sent on', async () => {
    const other = await startOtlpReceiver();
    receiver.answerNext({ status: 307, location: `${other.url}/v1/traces` });
    await expect(exporter().export(traceId, spans)).rejects.toThrow();
    expect(other.requests).toEqual([]);
    await other.close();
  });

  test('tells how many spans a receiver did not want, and why', async () => {
    receiver.answerNext({ status: 200, body: '{"partialSuccess":{"rejectedSpans":"2","errorMessage":"too old"}}' });
    expect(await exporter().export(traceId, spans)).toEqual({ sent: 5, rejected: 2, reason: 'too old' });
    receiver.answerNext({ status: 200, body: 'ok' });
    expect(await exporter().export(traceId, spans)).toEqual({ sent: 5, rejected: 0 });
  });

  test('signs what it sends to X-Ray, for the region in its address, and nothing else', async () => {
    const sent: { readonly url: string; readonly headers: Headers }[] = [];
    const fetch: typeof globalThis.fetch = async (url, init) => {
      sent.push({ url: url instanceof Request ? url.url : url.toString(), headers: new Headers(init?.headers) });
      return new Response('{}');
    };
    const credentials = async () => ({ accessKeyId: 'AKID', secretAccessKey: 'secret', sessionToken: 'token' });
    const endpoint = 'https://xray.eu-central-1.amazonaws.com';
    await exporter({ endpoint, fetch, credentials }).export(traceId, spans);
    await exporter({ endpoint: 'https://xray.eu-central-1.amazonaws.com.example.org', fetch }).export(traceId, spans);
    expect(sent.map(({ url }) => url)).toEqual([
      'https://xray.eu-central-1.amazonaws.com/v1/traces',
      'https://xray.eu-central-1.amazonaws.com.example.org/v1/traces',
    ]);
    expect(sent[0]?.headers.get('authorization')).toMatch(
      /^AWS4-HMAC-SHA256 Credential=AKID\/20260101\/eu-central-1\/xray\/aws4_request, /,
    );
    expect(sent[0]?.headers.get('x-amz-security-token')).toBe('token');
    expect(sent[1]?.headers.get('authorization')).toBeNull();
  });

  test('sends nothing where no receiver is configured', async () => {
    expect(await noSpanExporter.export(traceId, spans)).toEqual({ sent: 0, rejected: 0 });
  });
});

describe('spans for one request', () => {
  const at = (hours: number): Span => ({ ...(spans[0] as Span), id: String(hours), startedAtMs: hours * 3_600_000 });

  test('lie within a day, whatever their order', () => {
    const idsOf = batchesOf([at(100), at(0), at(23), at(24), at(47)]).map((batch) => batch.map(({ id }) => id));
    expect(idsOf).toEqual([['0', '23'], ['24', '47'], ['100']]);
  });

  test('are a thousand at most', () => {
    const many = Array.from({ length: 2001 }, () => at(1));
    expect(batchesOf(many).map(({ length }) => length)).toEqual([1000, 1000, 1]);
  });
});

describe('headers of a receiver', () => {
  let account: TestAccount;
  beforeAll(async () => {
    account = await openTestAccount();
  });
  afterAll(() => account.close());

  test('come from a secret, are kept for a while, and follow when it changes', async () => {
    const client = new SecretsManagerClient(account.client);
    const Name = `deployment-service/otlp-${Date.now()}`;
    await client.send(new CreateSecretCommand({ Name, SecretString: 'Authorization=Bearer%20one, x-team=shop' }));
    let nowMs = 0;
    const own = { now: () => new Date(nowMs), sleep: () => Promise.resolve() };
    const headers = secretHeaders(() => client, Name, own);
    const told = exporter({ headers });
    await told.export(traceId, spans);
    await client.send(new PutSecretValueCommand({ SecretId: Name, SecretString: 'authorization=Bearer%20two' }));
    nowMs = 299_999;
    await told.export(traceId, spans);
    nowMs = 300_000;
    await told.export(traceId, spans);
    expect(receiver.requests.map((each) => [each.headers['authorization'], each.headers['x-team']])).toEqual([
      ['Bearer one', 'shop'],
      ['Bearer one', 'shop'],
      ['Bearer two', undefined],
    ]);
  });

  test.each(['token', '=x', 'a=%zz', 'a b=c', 'a=b%0d%0ac'])(
    'are refused as "%s", without quoting them',
    async (text) => {
      const client = new SecretsManagerClient(account.client);
      const Name = `deployment-service/bad-${hash(text).slice(0, 8)}-${Date.now()}`;
      await client.send(new CreateSecretCommand({ Name, SecretString: `ok=1,${text}` }));
      const error = await secretHeaders(() => client, Name, clock)().catch((thrown: unknown) => thrown as Error);
      expect(error).toBeInstanceOf(Error);
      expect((error as Error).message).toMatch(/^Header 2 /);
      expect((error as Error).message).not.toContain(text);
    },
  );
});
