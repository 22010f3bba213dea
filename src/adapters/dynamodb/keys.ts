import type { RollbackRecord } from '#domain/deployment/rollback-record.ts';
import type { Waiter } from '#domain/deployment/waiter.ts';
import type { CachePlace } from '#ports/build-cache.ts';

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
  rollback: ({ deploymentId, at }: RollbackRecord) => ({ pk: `DEP#${deploymentId}`, sk: `RB#${at}` }),
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
  artifactUse: (service: string, digest: string, id: string) => ({
    pk: `ART#${service}`,
    sk: `${artifactUsePrefix}${digest}#${id}`,
  }),
  outbox: (aggregate: string, seq: number) => ({ pk: `${outboxPrefix}${aggregate}`, sk: padded(seq, 10) }),
  logHead: (id: string) => ({ pk: `LOG#${id}`, sk: 'HEAD' }),
  logChunk: (id: string, n: number) => ({ pk: `LOG#${id}`, sk: padded(n, 10) }),
  logRows: (id: string) => `LOG#${id}`,
  archiveCursor: () => ({ pk: 'ARCHIVE#records', sk: 'CURSOR' }),
  cachedStage: ({ service, trust, stage, key }: CachePlace) => ({
    pk: `CACHE#${service}#${trust}`,
    sk: `${stage}#${key}`,
  }),
  request: (key: string) => ({ pk: `IDEM#createDeployment#${key}`, sk: 'IDEM' }),
  claim: (consumer: string, id: string) => ({ pk: `IDEM#${consumer}#${id}`, sk: 'IDEM' }),
  runner: () => ({ pk: runnerRows, sk: 'META' }),
  runnerWaiter: (waiter: { priority: number; since: string; deploymentId: string }) => ({
    pk: runnerRows,
    sk: `${queuePrefix}${waiter.priority}#${waiter.since}#${waiter.deploymentId}`,
  }),
  runnerHold: (deploymentId: string) => ({ pk: runnerRows, sk: `${holdPrefix}${deploymentId}` }),
} as const;

/** The service and environment whose slot and queue lie under a partition key. */
export function slotOf(pk: string): { readonly service: string; readonly environment: string } | undefined {
  const [kind, service, environment] = pk.split('#');
  return kind === 'SLOT' && service && environment ? { service, environment } : undefined;
}

/** Beside the artifacts of a service, whose keys begin with a tree. */
export const artifactUsePrefix = 'DEP#';
export const stepPrefix = 'STEP#';
export const commandPrefix = 'CMD#';
export const buildPrefix = 'TOKEN#build#';
export const queuePrefix = 'Q#';
export const holdPrefix = 'HOLD#';
/** The pool of build runners, who waits for one and who has one. */
export const runnerRows = 'CAP#build';
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
  rollback: ({ service, environment, at }: RollbackRecord) => ({
    gsi1pk: rollbackList(service),
    gsi1sk: `${environment}#${at}`,
  }),
  active: (row: { updatedAt: string; id: string }) => ({
    gsi3pk: activeShard(shardOf(row.id)),
    gsi3sk: `${row.updatedAt}#${row.id}`,
  }),
  waiting: (waiter: Waiter) => ({ gsi3pk: waitingForSlot, gsi3sk: `${waiter.priority}#${waiter.since}` }),
  openPush: (push: { at: string; service: string; seq: number }) => ({
    gsi3pk: openPushes,
    gsi3sk: `${push.at}#${push.service}#${push.seq}`,
  }),
  waitingForApproval: (requestedAt: string, id: string) => ({
    gsi3pk: waitingForApproval,
    gsi3sk: `${requestedAt}#${id}`,
  }),
  hotLog: (at: string, id: string) => ({ gsi3pk: hotLogShard(shardOf(id)), gsi3sk: `${at}#${id}` }),
  unpublished: (aggregate: string, at: string, id: string) => ({
    gsi3pk: outboxShard(shardOf(aggregate)),
    gsi3sk: `${at}#${id}`,
  }),
} as const;

/** Every service. */
export const registeredServices = 'SERVICES';
export const waitingForSlot = 'WAIT#slot';
export const waitingForApproval = 'WAIT#approval';
/** Pushes of which nothing has come yet, the oldest first. */
export const openPushes = 'OPEN#push';
/** Digests of failures, by when they are due. */
export const dueDigests = 'WAIT#digest';

export function serviceList(service: string): string {
  return `DEPLOYMENTS#${service}`;
}

/** What was rolled back of a service, by environment. */
export function rollbackList(service: string): string {
  return `ROLLBACKS#${service}`;
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

/** Logs with lines in the table, the longest quiet first. */
export function hotLogShard(shard: number): string {
  return `LOGS#${shard}`;
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
