import '#test/support/quiet-logs.ts';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { CloudWatchClient, GetMetricDataCommand } from '@aws-sdk/client-cloudwatch';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DeploymentTraceView } from '#schemas/api/get-deployment-trace.ts';
import { startHost, type LocalHost } from '#local/host.ts';
import { localCredentials } from '#local/stack/client-options.ts';
import { region } from '#local/stack/names.ts';
import { apiClient, type ApiClient } from '#test/support/api-client.ts';
import { begin, register, untilOver } from '#test/support/deployments.ts';
import { makeRoot, tokenFrom } from '#test/support/e2e-host.ts';
import { makeRepository } from '#test/support/git-repository.ts';
import { startOtlpReceiver } from '#test/support/otlp-receiver.ts';
import { smallService } from '#test/support/small-service.ts';
import { runDsctl } from '../../cli/main.ts';
import { paintWhen } from '../../cli/render/paint.ts';

const traceId = '4bf92f3577b34da6a3ce929d0e0e4736';

describe('one deployment, seen from outside', () => {
  let root: string;
  let host: LocalHost;
  let api: ApiClient;
  let token: string;
  let id: string;
  let receiver: Awaited<ReturnType<typeof startOtlpReceiver>>;

  beforeAll(async () => {
    root = await makeRoot();
    receiver = await startOtlpReceiver();
    const ports = { api: 0, aws: 0, services: 0 };
    host = await startHost({ directory: join(root, 'state'), ports, traceEndpoint: receiver.url });
    token = await tokenFrom(host.credentialsFile);
    api = apiClient(host.apiUrl, token);
    const repository = await makeRepository(join(root, 'orders'));
    const commit = await repository.commit(smallService('orders', { test: ['echo tested'] }));
    await register(api, 'orders', repository.url);
    // As a caller that is traced itself asks for it.
    const asked = await fetch(`${host.apiUrl}/v1/deployments`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${token}`,
        'content-type': 'application/json',
        traceparent: `00-${traceId}-00f067aa0ba902b7-01`,
      },
      body: JSON.stringify({ service: 'orders', environment: 'staging', commit }),
    });
    ({ id } = (await asked.json()) as { id: string });
    expect((await untilOver(api, id)).status).toBe('succeeded');
  });
  afterAll(async () => {
    await host.close();
    await receiver.close();
    await rm(root, { recursive: true, force: true });
  });

  /** What dsctl prints, on a terminal of 100 columns. */
  async function dsctl(...argv: readonly string[]): Promise<string> {
    let printed = '';
    const stream = {
      write: (text: string) => void (printed += text),
      isTerminal: false,
      paint: paintWhen(false),
      size: () => ({ columns: 100, rows: 24 }),
    };
    const code = await runDsctl(argv, {
      output: { out: stream, err: stream },
      env: { DEPLOYMENT_SERVICE_URL: host.apiUrl, DEPLOYMENT_SERVICE_TOKEN: token },
      cwd: root,
      fetch: globalThis.fetch,
      now: Date.now,
      pause: (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds)),
      every: () => () => undefined,
      onInterrupt: () => () => undefined,
    });
    expect(code, printed).toBe(0);
    return printed;
  }

  it('is a tree of spans that dsctl prints, each with its bar', async () => {
    const printed = await dsctl('trace', id);
    expect(printed).toContain(`trace ${traceId}`);
    const drawn = [
      /^✓ deployment +\S.* s {2}█+/m,
      /^├─ ✓ queue\.wait /m,
      /^├─ ✓ build +\S.* m?s +█/m,
      /^│ {2}├─ ✓ tests\.run /m,
      /^│ {2}└─ ✓ build\.bundle /m,
      /^└─ ✓ release\.verify +\S.* m?s {2} +[▉-▏█]/m,
    ];
    for (const line of drawn) expect(printed).toMatch(line);
    const trace = JSON.parse(await dsctl('trace', id, '--json')) as DeploymentTraceView;
    expect(trace).toMatchObject({ deploymentId: id, traceId, complete: true });
  });

  it('is the same spans at the receiver, in the trace of who asked for it', async () => {
    await expect.poll(() => receiver.spans().length, { timeout: 20_000 }).toBeGreaterThan(0);
    const trace = JSON.parse(await dsctl('trace', id, '--json')) as DeploymentTraceView;
    const known = (spanId: string, name: string, parent: string | undefined): string => `${spanId} ${name} ${parent}`;
    expect(new Set(receiver.spans().map((span) => known(span.spanId, span.name, span.parentSpanId)))).toEqual(
      new Set(trace.spans.map((span) => known(span.spanId, span.name, span.parentSpanId))),
    );
    expect(receiver.spans().every((span) => span.traceId === traceId)).toBe(true);
  });

  it('has its trace id in every frame of its log', async () => {
    const response = await fetch(`${host.apiUrl}/v1/deployments/${id}/logs`, {
      headers: { authorization: `Bearer ${token}`, accept: 'text/event-stream' },
    });
    const frames = (await response.text()).split('\n').filter((line) => line.startsWith('data: '));
    expect(frames.length).toBeGreaterThan(1);
    for (const frame of frames) expect(JSON.parse(frame.slice('data: '.length))).toMatchObject({ traceId });
  });

  it('is in the metrics of CloudWatch', async () => {
    const client = new CloudWatchClient({ region, endpoint: host.awsUrl, credentials: localCredentials });
    const query = (name: string, stat: string, more: Readonly<Record<string, string>> = {}) => ({
      Id: name.toLowerCase(),
      MetricStat: {
        Metric: {
          Namespace: 'DeploymentService',
          MetricName: name,
          Dimensions: Object.entries({ service: 'orders', environment: 'staging', ...more }).map(([Name, Value]) => ({
            Name,
            Value,
          })),
        },
        Period: 60,
        Stat: stat,
      },
    });
    const read = async () => {
      const { MetricDataResults = [] } = await client.send(
        new GetMetricDataCommand({
          StartTime: new Date(Date.now() - 600_000),
          EndTime: new Date(Date.now() + 120_000),
          MetricDataQueries: [
            query('deploymentsStarted', 'Sum'),
            query('deploymentsSucceeded', 'Sum'),
            query('deploymentsFailed', 'Sum'),
            query('queueWaitTime', 'SampleCount'),
            query('stepDuration', 'Maximum', { step: 'verify' }),
          ],
        }),
      );
      return Object.fromEntries(
        MetricDataResults.map(({ Id = '', Values = [] }) => [Id, Values.reduce((sum, value) => sum + value, 0)]),
      );
    };
    await expect.poll(async () => (await read())['deploymentssucceeded'], { timeout: 20_000 }).toBe(1);
    const metrics = await read();
    expect(metrics).toMatchObject({ deploymentsstarted: 1, deploymentsfailed: 0, queuewaittime: 1 });
    expect(metrics['stepduration']).toBeGreaterThan(0);
  });

  it('is in the summary that dsctl prints', async () => {
    const printed = await dsctl('metrics', '--service', 'orders');
    expect(printed).toMatch(/^success rate +100 % +1 of 1$/m);
    expect(printed).toMatch(/^deployments +1 +█?/m);
  });

  it('succeeds all the same when the receiver is down', async () => {
    await receiver.close();
    const repository = await makeRepository(join(root, 'silent'));
    const commit = await repository.commit(smallService('silent'));
    await register(api, 'silent', repository.url);
    const other = await begin(api, 'silent', 'staging', commit);
    expect((await untilOver(api, other)).status).toBe('succeeded');
  });
});
