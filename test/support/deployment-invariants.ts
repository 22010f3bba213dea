import { createHash } from 'node:crypto';
import { expect } from 'vitest';
import { findBreak } from '#domain/event/chain.ts';
import { deploymentEvents } from './deployment-events.ts';
import { machineStates } from './machine-states.ts';
import type { WorkflowHost } from './workflow-host.ts';

/** What one deployment may cost at most. */
export interface CostLimits {
  /** Default 60. */
  readonly transitions?: number;
  /** Of each run. Default 60. */
  readonly tableWrites?: number;
}

const mostTableWrites = 60;
/** A build that was lost had marks and a log of its own. */
const mostTableWritesOfLostBuild = 20;

/** What holds of every deployment that is over, however it ended. */
export async function checkInvariants(host: WorkflowHost, id: string, limits: CostLimits = {}): Promise<void> {
  const { deps } = host;
  const record = await deps.deployments.load(id);
  if (!record) throw new Error(`There is no deployment ${id}.`);
  const { deployment, steps } = record;
  const { service, environment, commit } = deployment;

  expect(await deps.outbox.unpublished(-60_000, 10), 'events left in the outbox').toEqual([]);
  expect(host.account.events.deadLetters(), 'events that no target took').toEqual([]);
  const details = deploymentEvents(host, id).map(({ detail }) => detail);
  expect(details.map(({ seq }) => seq)).toEqual(details.map((_, index) => index + 1));
  expect(deployment.chain.seq).toBe(details.length);
  expect(findBreak(details, (text) => createHash('sha256').update(text).digest('hex'))).toBeUndefined();

  expect(await deps.deployments.findInProgress(service, environment, commit), 'the lock').toBeUndefined();
  const slot = await deps.deployments.slot(service, environment);
  expect(slot.owner, 'the slot').toBeUndefined();
  expect(slot.waiters, 'the queue').toEqual([]);
  const { holds, waiters } = await deps.runnerQueue.read();
  expect(
    holds.filter(({ deploymentId }) => deploymentId === id),
    'the runner',
  ).toEqual([]);
  expect(
    waiters.filter(({ deploymentId }) => deploymentId === id),
    'the queue for runners',
  ).toEqual([]);
  expect(steps.filter(({ status }) => status === 'running')).toEqual([]);
  expect((await deps.deployments.awaitingApproval(10)).ids, 'what waits for approval').not.toContain(id);
  expect(await deps.deployments.approvalToken(id), 'the token').toBeUndefined();

  const states = machineStates(host, deployment);
  expect(states.length).toBeLessThanOrEqual(limits.transitions ?? 60);
  const lostBuilds = states.filter((state) => state === 'DiagnoseBuild').length;
  const writes = host.writes.filter((body) => body.includes(id)).length;
  expect(writes).toBeLessThanOrEqual(
    (limits.tableWrites ?? mostTableWrites) * deployment.run + lostBuilds * mostTableWritesOfLostBuild,
  );
}
