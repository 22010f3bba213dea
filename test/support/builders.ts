import { createHash } from 'node:crypto';
import type { Deployment, Release, Step } from '#domain/deployment/deployment.ts';
import { emptyChain } from '#domain/event/chain.ts';
import type { Moment } from '#domain/moment.ts';

const startMs = Date.UTC(2026, 0, 1, 12);

/** A moment so many seconds after noon of the first of January 2026. */
export function moment(seconds = 0, actor = 'ada'): Moment {
  const atMs = startMs + seconds * 1000;
  return {
    at: new Date(atMs).toISOString(),
    atMs,
    actor,
    hash: (text) => createHash('sha256').update(text).digest('hex'),
  };
}

/** An id that sorts by its number. */
export function depId(number = 1): string {
  return `dep_01J0000000000000000000${String(number).padStart(4, '0')}`;
}

export function aDeployment(changes: Partial<Deployment> = {}): Deployment {
  const { at, atMs } = moment();
  return {
    id: depId(),
    service: 'orders',
    environment: 'staging',
    commit: 'a'.repeat(40),
    kind: 'release',
    status: 'running',
    run: 1,
    createdAt: at,
    createdAtMs: atMs,
    updatedAt: at,
    startedAt: at,
    startedAtMs: atMs,
    actor: 'ada',
    correlationId: 'corr-1',
    traceId: '0'.repeat(32),
    rev: 3,
    chain: emptyChain,
    fence: 1,
    ...changes,
  };
}

export function aRelease(changes: Partial<Release> = {}): Release {
  const target = { kind: 'lambda' as const, functionName: 'orders-staging', alias: 'live', url: 'http://orders' };
  return { version: '7', target, trafficMoved: true, ...changes };
}

export function aStep(changes: Partial<Step> = {}): Step {
  const { at, atMs } = moment();
  return {
    deploymentId: depId(),
    name: 'test',
    run: 1,
    attempt: 1,
    status: 'running',
    startedAt: at,
    startedAtMs: atMs,
    ...changes,
  };
}
