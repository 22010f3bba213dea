import type { Waiter } from '#domain/deployment/waiter.ts';

/** Every key of the table. Nothing else in the program spells one. */

const shards = 8;
const padded = (value: number, digits: number): string => String(value).padStart(digits, '0');

export const keys = {
  service: (name: string) => ({ pk: `SVC#${name}`, sk: 'META' }),
  push: (service: string, seq: number) => ({ pk: `SVC#${service}`, sk: `PUSH#${padded(seq, 10)}` }),
  environment: (service: string, environment: string) => ({ pk: `ENV#${service}#${environment}`, sk: 'META' }),
  deployment: (id: string) => ({ pk: `DEP#${id}`, sk: 'META' }),
  deploymentRows: (id: string) => `DEP#${id}`,
  step: (id: string, number: number, name: string, attempt: number) => ({
    pk: `DEP#${id}`,
    sk: `${stepPrefix}${padded(number, 2)}#${name}#a${padded(attempt, 2)}`,
  }),
  command: (id: string, number: number) => ({ pk: `DEP#${id}`, sk: `${commandPrefix}${padded(number, 4)}` }),
  approvalToken: (id: string) => ({ pk: `DEP#${id}`, sk: 'TOKEN#approval' }),
  buildToken: (id: string, buildId: string) => ({ pk: `DEP#${id}`, sk: `${buildPrefix}${buildId}` }),
  approval: (id: string) => ({ pk: `DEP#${id}`, sk: 'APPROVAL#release' }),
  lock: (service: string, environment: string, commit: string) => ({
    pk: `LOCK#${service}#${environment}#${commit}`,
    sk: 'LOCK',
  }),
  slot: (service: string, environment: string) => ({ pk: `SLOT#${service}#${environment}`, sk: 'LOCK' }),
  slotRows: (service: string, environment: string) => `SLOT#${service}#${environment}`,
  waiter: (waiter: Waiter) => ({
    pk: `SLOT#${waiter.service}#${waiter.environment}`,
    sk: `Q#${waiter.priority}#${waiter.since}#${waiter.deploymentId}`,
  }),
  artifact: (service: string, tree: string, digest: string) => ({ pk: `ART#${service}`, sk: `${tree}#${digest}` }),
  outbox: (aggregate: string, seq: number) => ({ pk: `${outboxPrefix}${aggregate}`, sk: padded(seq, 10) }),
  logHead: (id: string) => ({ pk: `LOG#${id}`, sk: 'HEAD' }),
  logChunk: (id: string, n: number) => ({ pk: `LOG#${id}`, sk: padded(n, 10) }),
  logRows: (id: string) => `LOG#${id}`,
  request: (key: string) => ({ pk: `IDEM#createDeployment#${key}`, sk: 'IDEM' }),
  claim: (consumer: string, id: string) => ({ pk: `IDEM#${consumer}#${id}`, sk: 'IDEM' }),
  runner: () => ({ pk: 'CAP#build', sk: 'META' }),
} as const;

export const stepPrefix = 'STEP#';
export const commandPrefix = 'CMD#';
export const buildPrefix = 'TOKEN#build#';
export const queuePrefix = 'Q#';
export const outboxPrefix = 'OUT#';

/** The indexes: a service's deployments, a month's deployments, and the sparse one of what is still to be done. */
export const indexes = { byService: 'gsi1', byMonth: 'gsi2', open: 'gsi3' } as const;

export const indexKeys = {
  deployment: (row: { service: string; createdAt: string; id: string }) => ({
    gsi1pk: serviceList(row.service),
    gsi1sk: `${row.createdAt}#${row.id}`,
    gsi2pk: monthList(row.createdAt),
    gsi2sk: `${row.createdAt}#${row.id}`,
  }),
  registered: (service: string) => ({ gsi3pk: registeredServices, gsi3sk: service }),
  ofRepository: (identity: string, service: string) => ({ gsi1pk: repositoryServices(identity), gsi1sk: service }),
  active: (row: { updatedAt: string; id: string }) => ({
    gsi3pk: activeShard(shardOf(row.id)),
    gsi3sk: `${row.updatedAt}#${row.id}`,
  }),
  waiting: (waiter: Waiter) => ({ gsi3pk: waitingForSlot, gsi3sk: `${waiter.priority}#${waiter.since}` }),
  waitingForApproval: (requestedAt: string, id: string) => ({
    gsi3pk: waitingForApproval,
    gsi3sk: `${requestedAt}#${id}`,
  }),
  unpublished: (aggregate: string, at: string, id: string) => ({
    gsi3pk: outboxShard(shardOf(aggregate)),
    gsi3sk: `${at}#${id}`,
  }),
} as const;

/** Every service. */
export const registeredServices = 'SERVICES';
export const waitingForSlot = 'WAIT#slot';
export const waitingForApproval = 'WAIT#approval';
/** Digests of failures, by when they are due. */
export const dueDigests = 'WAIT#digest';

export function serviceList(service: string): string {
  return `DEPLOYMENTS#${service}`;
}

/** The services of one repository. */
export function repositoryServices(identity: string): string {
  return `REPO#${identity}`;
}

/** `instant` may be any instant of the month, or `yyyy-mm`. */
export function monthList(instant: string): string {
  return `DEPLOYMENTS#${instant.slice(0, 7)}`;
}

/** What is under way, the longest untouched first. */
export function activeShard(shard: number): string {
  return `ACTIVE#${shard}`;
}

export function outboxShard(shard: number): string {
  return `OUTBOX#${shard}`;
}

export const allShards = Array.from({ length: shards }, (_, shard) => shard);

function shardOf(aggregate: string): number {
  let sum = 0;
  for (const character of aggregate) sum = (sum * 31 + (character.codePointAt(0) ?? 0)) % 65_521;
  return sum % shards;
}
