import { createHash } from 'node:crypto';
import { BatchGetBuildsCommand, CodeBuildClient } from '@aws-sdk/client-codebuild';
import { GetAliasCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { expect } from 'vitest';
import { findBreak } from '#domain/event/chain.ts';
import type { Deployment, DeploymentRecord, Step } from '#domain/deployment/deployment.ts';
import { buildStages } from '#domain/deployment/steps.ts';
import { isTerminal } from '#domain/deployment/transitions.ts';
import { names } from '#local/stack/names.ts';
import type { EventDetail } from '#schemas/events/catalog.ts';
import type { FaultRun } from './fault-run.ts';
import type { WorkflowHost } from './workflow-host.ts';

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

/** What holds after the time to recover, whatever went wrong before: nothing stuck, nothing held, nothing lost, nothing done twice. */
export async function checkFaultRun(run: FaultRun): Promise<void> {
  const { host, services, deployments } = run;
  const records: DeploymentRecord[] = [];
  for (const id of deployments) {
    const record = await host.deps.deployments.load(id);
    if (!record) throw new Error(`There is no deployment ${id}.`);
    records.push(record);
  }
  for (const record of records) {
    await expectOver(host, record);
    await expectDoneOnce(host, record);
  }
  for (const service of services) {
    for (const environment of ['staging', 'production']) {
      const slot = await host.deps.deployments.slot(service, environment);
      expect([slot.owner, slot.waiters], `the slot of ${service} in ${environment}`).toEqual([undefined, []]);
      await expectTraffic(host, service, environment, records);
    }
  }
  await expectNothingHeld(host);
  expectEvents(run, records);
}

async function expectOver(host: WorkflowHost, { deployment, steps }: DeploymentRecord): Promise<void> {
  const { id, status, service, environment, commit, failure } = deployment;
  expect(isTerminal(status), `${id} is ${status}`).toBe(true);
  expect(
    steps.filter((step) => step.status === 'running').map(({ name }) => name),
    `steps of ${id} under way`,
  ).toEqual([]);
  expect(await host.deps.deployments.findInProgress(service, environment, commit), `the lock of ${id}`).toBeUndefined();
  expect(await host.deps.deployments.approvalToken(id), `the token of ${id}`).toBeUndefined();
  if (status === 'failed')
    expect(failure, id).toMatchObject({
      code: expect.any(String) as string,
      nextAction: expect.any(String) as string,
      step: expect.any(String) as string,
    });
}

async function expectNothingHeld({ deps, account }: WorkflowHost): Promise<void> {
  const { holds, waiters } = await deps.runnerQueue.read();
  expect([holds, waiters], 'runners held and waited for').toEqual([[], []]);
  expect(await deps.outbox.unpublished(-60_000, 10), 'events left in the outbox').toEqual([]);
  expect((await deps.deployments.awaitingApproval(10)).ids, 'what waits for approval').toEqual([]);
  expect([...(await deps.deployments.waitingForSlot())], 'who stands in line').toEqual([]);
  expect(account.codebuild.running(), 'builds that run').toBe(0);
}

/** Within a run each step succeeds once. Only a build whose machine was lost is built once more, since its files went with it. */
async function expectDoneOnce(host: WorkflowHost, { deployment, steps }: DeploymentRecord): Promise<void> {
  const lost = await lostBuilds(host, steps);
  for (let run = 1; run <= deployment.run; run++) {
    const done = steps.filter(
      (step) => step.run === run && step.status === 'succeeded' && !lost.has(step.buildId ?? ''),
    );
    const twice = done.filter((step, index) => done.findIndex(({ name }) => name === step.name) !== index);
    expect(
      twice.map(({ name, attempt }) => `${name}#${attempt}`),
      `what run ${run} of ${deployment.id} did again`,
    ).toEqual([]);
  }
}

async function lostBuilds({ client }: WorkflowHost, steps: readonly Step[]): Promise<ReadonlySet<string>> {
  const stages: readonly string[] = buildStages;
  const ids = [...new Set(steps.flatMap(({ name, buildId }) => (stages.includes(name) && buildId ? [buildId] : [])))];
  if (ids.length < 2) return new Set();
  const { builds = [] } = await new CodeBuildClient(client).send(new BatchGetBuildsCommand({ ids }));
  return new Set(builds.flatMap(({ id, buildStatus }) => (id !== undefined && buildStatus === 'FAULT' ? [id] : [])));
}

/** The alias gives all traffic to the release on record, or to one that is known to have stayed. */
async function expectTraffic(
  { client, deps }: WorkflowHost,
  service: string,
  environment: string,
  records: readonly DeploymentRecord[],
): Promise<void> {
  const { FunctionVersion, RoutingConfig } = await new LambdaClient(client).send(
    new GetAliasCommand({ FunctionName: `${service}-${environment}`, Name: 'live' }),
  );
  const { current } = await deps.deployments.environment(service, environment);
  const stayed = records.flatMap(({ deployment }) =>
    deployment.service === service && deployment.environment === environment && hasStayed(deployment)
      ? [deployment.release?.version]
      : [],
  );
  expect([current?.version ?? '1', ...stayed], `what serves ${service} in ${environment}`).toContain(FunctionVersion);
  expect(RoutingConfig?.AdditionalVersionWeights ?? {}).toEqual({});
}

/** A release that failed and could not be taken back, for there was nothing before it or the way back was barred. */
function hasStayed({ status, release }: Deployment): boolean {
  if (!release?.trafficMoved) return false;
  return status === 'rollback_failed' || (status === 'failed' && release.baselineVersion === undefined);
}

/** Every event of every aggregate reached the bus: contiguous numbers, one text per id, an unbroken chain. */
function expectEvents({ host, services }: FaultRun, records: readonly DeploymentRecord[]): void {
  const byAggregate = new Map<string, Map<number, EventDetail>>();
  for (const { detail } of host.account.events.archived(names.bus)) {
    const event = detail as EventDetail;
    const aggregate = event.id.slice(0, event.id.lastIndexOf('#'));
    const known = byAggregate.get(aggregate) ?? new Map<number, EventDetail>();
    const twin = known.get(event.seq);
    if (twin) expect(event, `the second event ${event.id}`).toEqual(twin);
    byAggregate.set(aggregate, known.set(event.seq, event));
  }
  const expected = [
    ...records.map(({ deployment }) => ({ aggregate: deployment.id, last: deployment.chain.seq })),
    ...services.map((service) => ({ aggregate: `service:${service}`, last: 1 })),
  ];
  for (const { aggregate, last } of expected) {
    const events = [...(byAggregate.get(aggregate)?.values() ?? [])].sort((one, other) => one.seq - other.seq);
    expect(
      events.map(({ seq }) => seq),
      `events of ${aggregate}`,
    ).toEqual(Array.from({ length: last }, (_, index) => index + 1));
    expect(findBreak(events, sha256), `the chain of ${aggregate}`).toBeUndefined();
  }
}
