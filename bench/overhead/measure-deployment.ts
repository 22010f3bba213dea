import { BatchGetBuildsCommand, CodeBuildClient, ListBuildsCommand } from '@aws-sdk/client-codebuild';
import { setTimeout as delay } from 'node:timers/promises';
import { begin, untilOver } from '#test/support/deployments.ts';
import { coveredMs, without, type Interval } from '../support/interval.ts';
import type { ObservedCall } from '../support/observed-call.ts';
import type { BenchHost } from '../support/start-host.ts';
import { eightSteps } from './eight-step-service.ts';
import { statesEntered } from './transitions.ts';

export interface MeasuredDeployment {
  readonly wallMs: number;
  readonly runnerMs: number;
  readonly targetMs: number;
  /** What is left: neither a runner nor the target was at work. */
  readonly overheadMs: number;
  readonly transitions: number;
  readonly tableWrites: number;
  readonly logWrites: number;
}

/** The last events are published after the deployment is over. */
const afterglowMs = 500;

/** One deployment, alone on the host, from the request to its end. */
export async function measureDeployment(host: BenchHost, service: string, commit: string): Promise<MeasuredDeployment> {
  await host.calls();
  const fromMs = performance.timeOrigin + performance.now();
  const id = await begin(host.api, service, 'staging', commit);
  const deployment = await untilOver(host.api, id);
  const ran = deployment.steps.map(({ name }) => name);
  if (deployment.status !== 'succeeded' || ran.join() !== eightSteps.join()) {
    throw new Error(`${id} is ${deployment.status} after the steps ${ran.join(', ')}.`);
  }
  await delay(afterglowMs);
  const calls = await host.calls();
  const window = { fromMs, toMs: Date.parse(deployment.finishedAt ?? '') };
  const marks = calls.filter(({ kind }) => kind === 'mark');
  const runner = without(await buildsSince(host, fromMs), marks);
  const target = calls.filter(({ kind }) => kind === 'target' || kind === 'probe');
  const wallMs = window.toMs - window.fromMs;
  return {
    wallMs,
    runnerMs: coveredMs(runner, window),
    targetMs: coveredMs(target, window),
    overheadMs: wallMs - coveredMs([...runner, ...target], window),
    transitions: (await statesEntered(host, id)).length,
    ...writesIn(calls),
  };
}

/** A request that writes to the log and nothing else is the log's. */
function writesIn(calls: readonly ObservedCall[]) {
  const writes = calls.flatMap((call) => (call.kind === 'table-write' ? [call.entities] : []));
  const logWrites = writes.filter((entities) => entities.every((entity) => entity === 'LOG')).length;
  return { tableWrites: writes.length - logWrites, logWrites };
}

/** When CodeBuild had each build, from its start to its end. */
async function buildsSince({ clientConfig }: BenchHost, sinceMs: number): Promise<readonly Interval[]> {
  const client = new CodeBuildClient(clientConfig);
  const { ids = [] } = await client.send(new ListBuildsCommand({ sortOrder: 'DESCENDING' }));
  const { builds = [] } = await client.send(new BatchGetBuildsCommand({ ids: ids.slice(0, 10) }));
  return builds
    .map(({ startTime, endTime }) => ({ fromMs: startTime?.getTime() ?? 0, toMs: endTime?.getTime() ?? 0 }))
    .filter(({ fromMs }) => fromMs >= sinceMs);
}
