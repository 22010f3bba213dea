import { CloudWatchLogsClient, FilterLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs';
import { describe, expect } from 'vitest';
import type { DeploymentTraceView } from '#schemas/api/get-deployment-trace.ts';
import type { DeploymentMetricsView } from '#schemas/api/get-deployment-metrics.ts';
import { Refusal } from '#domain/refusal.ts';
import { commitNamed, scenario } from '#test/support/deployment-scenario.ts';
import { deploymentEvents } from '#test/support/deployment-events.ts';
import type { WorkflowHost } from '#test/support/workflow-host.ts';

async function traceOf(host: WorkflowHost, deploymentId: string): Promise<DeploymentTraceView> {
  const { statusCode, body } = await host.callApi('get-deployment-trace', { deploymentId });
  expect(statusCode).toBe(200);
  return JSON.parse(body) as DeploymentTraceView;
}

/** What the function for metrics wrote into its log, as `name value dimensions`, in no order. */
async function metricsIn(host: WorkflowHost): Promise<readonly string[]> {
  const client = new CloudWatchLogsClient(host.client);
  const logGroupName = '/aws/lambda/deployment-service-on-run-measured';
  const { events = [] } = await client.send(new FilterLogEventsCommand({ logGroupName, limit: 10_000 }));
  return events
    .map(({ message = '' }) => JSON.parse(message) as EmbeddedLine)
    .flatMap((line) => {
      const directives = line._aws?.CloudWatchMetrics ?? [];
      return directives.flatMap(({ Metrics, Dimensions, Namespace }) =>
        Metrics.flatMap(({ Name, Unit }) =>
          Dimensions.map(
            (set) =>
              `${Namespace} ${Name} ${Unit === 'Count' ? String(line[Name]) : Unit} ${set.map((key) => String(line[key])).join('/')}`,
          ),
        ),
      );
    })
    .toSorted();
}

interface EmbeddedLine extends Readonly<Record<string, unknown>> {
  readonly _aws?: {
    readonly CloudWatchMetrics: readonly {
      readonly Namespace: string;
      readonly Dimensions: readonly (readonly string[])[];
      readonly Metrics: readonly { readonly Name: string; readonly Unit: string }[];
    }[];
  };
}

describe('the telemetry of a deployment', () => {
  scenario('is a trace of all that was done', async ({ when, host }) => {
    const { view } = (await when.deploys()).status('succeeded');
    const { traceId, complete, spans } = await traceOf(host, view.id);
    expect({ traceId, complete }).toEqual({ traceId: view.traceId, complete: true });
    expect(spans.map(({ name }) => name)).toEqual([
      'deployment',
      'queue.wait',
      'source.fetch',
      'build',
      'build.install',
      'build.compile',
      'tests.run',
      'build.bundle',
      'artifact.sign',
      'release.shift',
      'release.verify',
    ]);
    expect(spans.filter(({ outcome }) => outcome !== 'success')).toEqual([]);
    expect(new Set(spans.map(({ finishedAt }) => finishedAt)).has(undefined)).toBe(false);
  });

  scenario('is a trace already while it is under way', async ({ when, host }) => {
    const id = await when.asks();
    await when.looks(id, ({ steps }) => steps.some(({ name }) => name === 'compile'));
    const { complete, spans } = await traceOf(host, id);
    expect(complete).toBe(false);
    expect(spans.filter(({ finishedAt }) => finishedAt === undefined).map(({ name }) => name)).toEqual([
      'deployment',
      'build',
      'build.compile',
    ]);
  });

  scenario('counts what happened, with the reason of a failure', async ({ given, when, host }) => {
    given.build({ test: 'fails' });
    (await when.deploys()).status('failed');
    expect(await metricsIn(host)).toEqual(
      [
        'DeploymentService deploymentsStarted 1 orders/staging',
        'DeploymentService deploymentsStarted 1 ',
        'DeploymentService queueWaitTime Milliseconds orders/staging',
        'DeploymentService queueWaitTime Milliseconds ',
        'DeploymentService deploymentsFailed 1 orders/staging',
        'DeploymentService deploymentsFailed 1 orders/staging/step_failed',
        'DeploymentService deploymentsFailed 1 staging',
        'DeploymentService deploymentsFailed 1 step_failed',
        'DeploymentService deploymentsFailed 1 user',
        'DeploymentService consecutiveFailures 1 orders/staging',
        'DeploymentService consecutiveFailures 1 ',
        'DeploymentService stepDuration Milliseconds orders/staging/source',
        'DeploymentService stepDuration Milliseconds orders/staging/install',
        'DeploymentService stepDuration Milliseconds orders/staging/compile',
        'DeploymentService stepDuration Milliseconds orders/staging/test',
      ].toSorted(),
    );
  });

  scenario('counts a release that was taken back', async ({ given, when, host }) => {
    (await when.deploys()).status('succeeded');
    const commit = commitNamed('b');
    given.source({ commit }).health([503]);
    (await when.deploys({ commit })).status('rolled_back');
    const metrics = await metricsIn(host);
    expect(metrics).toContain('DeploymentService deploymentsSucceeded 1 orders/staging');
    expect(metrics).toContain('DeploymentService rollbackCount 1 orders/staging');
    expect(metrics.filter((each) => / deploymentsStarted 1 orders/.test(each))).toHaveLength(2);
    expect(metrics.filter((each) => / canaryAbortCount /.test(each))).toEqual([]);
    const { body } = await host.callApi('get-deployment-metrics', {});
    expect((JSON.parse(body) as DeploymentMetricsView).counts).toMatchObject({ total: 2, succeeded: 1, rolledBack: 1 });
  });

  scenario('counts an event once, however often it is delivered', async ({ when, host }) => {
    const { view } = (await when.deploys()).status('succeeded');
    const before = await metricsIn(host);
    const again = deploymentEvents(host, view.id).filter(({ type }) => /(started|succeeded)$/.test(type));
    expect(again).toHaveLength(2);
    for (const { type, detail } of again) {
      const answer = await host.account.invoke('deployment-service-on-run-measured', { 'detail-type': type, detail });
      expect(answer).toEqual({ recorded: 0 });
    }
    expect(await metricsIn(host)).toEqual(before);
  });

  scenario('hurts no deployment when nobody takes it, and is told again', async ({ given, when, host }) => {
    const error = new Refusal('unavailable', 'The receiver is down.', { transient: true });
    given.trouble({ at: 'spans.export', error }).trouble({ at: 'spans.export', error });
    (await when.deploys()).status('succeeded');
    await host.runUntil(() => host.troubles.length === 0);
  });
});
