import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DeleteCommand, DynamoDBDocumentClient, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { GetObjectCommand, HeadObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { names } from '#local/stack/names.ts';
import type { DeploymentView } from '#schemas/api/deployment-view.ts';
import { archiveRecord } from '#usecases/archive-record.ts';
import { readLogs } from '#usecases/stream-logs.ts';
import { pastReleases, rowsOf, type PastReleases } from '#test/support/aged-host.ts';
import type { Trouble } from '#test/support/troubled-deps.ts';
import type { WorkflowHost } from '#test/support/workflow-host.ts';

/** Thirteen months and some days. */
const longAfter = 400;

let past: PastReleases;
let old: DeploymentView;
let previous: DeploymentView;
let serving: DeploymentView;
beforeAll(async () => {
  past = await pastReleases();
  [old, previous, serving] = past.deployments as [DeploymentView, DeploymentView, DeploymentView];
}, 60_000);
afterAll(() => past.close());

async function hosted(days: number, body: (host: WorkflowHost) => Promise<void>): Promise<void> {
  const host = await past.open(days);
  try {
    await body(host);
  } finally {
    await host.close();
  }
}

const archive = (host: WorkflowHost) =>
  host.account.invoke('deployment-service-archive-records', {}) as Promise<Record<string, unknown>>;

async function get(host: WorkflowHost, operation: string, params = {}, query = {}) {
  const { statusCode, body } = await host.callApi(operation, params, undefined, undefined, query);
  return { status: statusCode, body: JSON.parse(body) as unknown };
}

const recordKey = (id: string) => `records/2026/01/${id}.json`;
const s3 = (host: WorkflowHost) => new S3Client({ ...host.client, forcePathStyle: true });
const documents = (host: WorkflowHost) => DynamoDBDocumentClient.from(new DynamoDBClient(host.client));

/** All that is left of a record that is archived: the row that knows where its log lies. */
const onlyItsLog = () => [`LOG#${old.id} HEAD`];

/** Whatever happened on the way, this is how it has to end. */
async function expectArchived(host: WorkflowHost): Promise<void> {
  expect(await rowsOf(host, old.id)).toEqual(onlyItsLog());
  expect(await get(host, 'get-deployment', { deploymentId: old.id })).toEqual({
    status: 200,
    body: { ...old, archived: true },
  });
  const audit = await get(host, 'verify-audit', { deploymentId: old.id }, { limit: '500' });
  expect(audit.body).toMatchObject({ archived: true, verification: { status: 'intact', faults: [] } });
  const log = await readLogs(host.deps, old.id, 0, 200);
  const lines = log.chunks.flatMap((chunk) => chunk.lines.map(({ text }) => text));
  expect(lines.filter((text) => text.startsWith('line '))).toEqual(
    Array.from({ length: 120 }, (_, index) => `line ${index} of ${old.id} ☃`),
  );
  expect(log.chunks.map(({ n }) => n)).toEqual(log.chunks.map((_, index) => index + 1));
  expect(log.complete).toBe(true);
}

describe('the archive of logs', () => {
  it('takes the log of a deployment that was over for a month, and nobody who reads it sees a difference', () =>
    hosted(40, async (host) => {
      const before = await readLogs(host.deps, serving.id, 0, 200);
      expect(before.chunks.length).toBeGreaterThan(12);
      await host.account.invoke('deployment-service-archive-logs', {});
      const head = (await rowsOf(host, serving.id)).filter((row) => row.startsWith('LOG#'));
      expect(head).toEqual([`LOG#${serving.id} HEAD`]);
      expect(await readLogs(host.deps, serving.id, 0, 200)).toEqual(before);
    }));
});

describe('the archive of records', () => {
  it('takes what was over for twelve months, and neither what serves nor what it could go back to', () =>
    hosted(longAfter, async (host) => {
      const before = await Promise.all([previous, serving].map(({ id }) => rowsOf(host, id)));
      expect(await archive(host)).toMatchObject({ archived: 1, kept: 2, failed: 0, roundEnded: true });
      await expectArchived(host);
      expect(await Promise.all([previous, serving].map(({ id }) => rowsOf(host, id)))).toEqual(before);
      const list = await get(host, 'list-deployments', {}, { service: 'orders' });
      expect(list.body).toMatchObject({ items: [{ id: serving.id }, { id: previous.id }] });
      expect(await archive(host)).toMatchObject({ archived: 0, kept: 2, failed: 0 });
    }));

  it('leaves everything alone before that', () =>
    hosted(360, async (host) => {
      const before = await rowsOf(host, old.id);
      expect(await archive(host)).toMatchObject({ archived: 0, failed: 0 });
      expect(await rowsOf(host, old.id)).toEqual(before);
      expect((await get(host, 'get-deployment', { deploymentId: old.id })).body).toEqual(old);
    }));

  it('keeps every row of a record, with the digest of its bytes, in a class that is read at once', () =>
    hosted(longAfter, async (host) => {
      const rows = await rowsOf(host, old.id);
      await archive(host);
      const object = { Bucket: names.evidenceBucket, Key: recordKey(old.id) };
      const { Body, Metadata } = await s3(host).send(new GetObjectCommand(object));
      const text = (await Body?.transformToString()) ?? '';
      expect(Metadata).toEqual({ sha256: host.deps.digest(text) });
      expect((await s3(host).send(new HeadObjectCommand(object))).StorageClass).toBe('GLACIER_IR');
      const document = JSON.parse(text) as { rows: { pk: string; sk: string }[]; chain: { events: unknown[] } };
      const links = document.chain.events.map((_, index) => `OUT#${old.id} ${String(index + 1).padStart(10, '0')}`);
      const kept = [...document.rows.map(({ pk, sk }) => `${pk} ${sk}`), ...links];
      expect(kept.toSorted()).toEqual(rows.filter((key) => !key.startsWith('LOG#')));
      expect(document).toMatchObject({
        log: { key: `logs/2026/01/${old.id}.ndjson.gz`, last: expect.any(Number) as number },
      });
    }));

  it('answers for what it holds, and says why nothing of that can be changed', () =>
    hosted(longAfter, async (host) => {
      await archive(host);
      const { statusCode, body } = await host.callApi('retry-deployment', { deploymentId: old.id }, {});
      expect([statusCode, (JSON.parse(body) as { detail: string }).detail]).toEqual([
        409,
        expect.stringMatching(/archived|cannot/),
      ]);
      const trace = await get(host, 'get-deployment-trace', { deploymentId: old.id });
      expect(trace.body).toMatchObject({ complete: true });
      const unknown = await get(host, 'get-deployment', { deploymentId: `dep_${'0'.repeat(26)}` });
      expect(unknown.status).toBe(404);
      const digest = old.artifact?.digest ?? '';
      const audit = await get(host, 'get-artifact-audit', {
        service: 'orders',
        digest,
      });
      expect(audit.body).toMatchObject({ deployments: [{ record: { id: old.id, archived: true } }] });
    }));
});

/** Every call after which the process may be gone, and each of these calls in vain. */
const gaps: readonly Trouble['at'][] = [
  'coldLogs.store',
  'hotLogs.index',
  'hotLogs.drop',
  'evidence.put',
  'records.mark',
  'records.remove',
];

describe('an archive that is cut off', () => {
  it.each(
    gaps.flatMap((at) => [
      { at, done: false },
      { at, done: true },
    ]),
  )('at $at (done: $done) loses nothing, and is finished by the next run', ({ at, done }) =>
    hosted(longAfter, async (host) => {
      host.troubles.push({ at, done, error: new Error('the process is gone') });
      await expect(archive(host)).rejects.toThrow();
      expect((await get(host, 'get-deployment', { deploymentId: old.id })).body).toMatchObject(old);
      const chain = await get(host, 'verify-audit', { deploymentId: old.id });
      expect(chain.body).toMatchObject({ verification: { status: 'intact' } });
      await archive(host);
      await expectArchived(host);
    }),
  );

  it('between any two of the rows that it removes is finished by the next run, from the archive that was verified', () =>
    hosted(longAfter, async (host) => {
      host.troubles.push({ at: 'records.remove', done: false, error: new Error('the process is gone') });
      await expect(archive(host)).rejects.toThrow();
      const removable = (await rowsOf(host, old.id)).filter((key) => !/ (META|HEAD)$/.test(key));
      expect(removable.length).toBeGreaterThan(20);
      for (const key of removable.slice(0, 20)) {
        const [pk, sk] = key.split(' ');
        await documents(host).send(new DeleteCommand({ TableName: names.table, Key: { pk, sk } }));
      }
      expect((await get(host, 'get-deployment', { deploymentId: old.id })).body).toEqual({ ...old, archived: true });
      await archive(host);
      await expectArchived(host);
    }));
});

describe('nothing is removed', () => {
  it('when the chain of a record is broken, and the run names the place', () =>
    hosted(longAfter, async (host) => {
      await documents(host).send(
        new UpdateCommand({
          TableName: names.table,
          Key: { pk: `OUT#${old.id}`, sk: '0000000003' },
          UpdateExpression: 'SET detail.actor = :mallory',
          ExpressionAttributeValues: { ':mallory': 'mallory' },
        }),
      );
      const before = await rowsOf(host, old.id);
      await expect(archive(host)).rejects.toThrow();
      expect((await rowsOf(host, old.id)).filter((key) => !key.startsWith('LOG#'))).toEqual(
        before.filter((key) => !key.startsWith('LOG#')),
      );
      const { body } = await get(host, 'verify-audit', { deploymentId: old.id });
      expect(body).toMatchObject({
        verification: { status: 'broken', faults: [{ seq: 3, reason: 'is not what #4 says it was: it was changed' }] },
      });
    }));

  it('when the archive is not what was written', () =>
    hosted(longAfter, async (host) => {
      host.troubles.push({ at: 'records.remove', done: false, error: new Error('the process is gone') });
      await expect(archive(host)).rejects.toThrow();
      const before = await rowsOf(host, old.id);
      const other = { Bucket: names.evidenceBucket, Key: recordKey(old.id), Body: '{}' };
      await s3(host).send(new PutObjectCommand(other));
      await expect(archive(host)).rejects.toThrow();
      expect(await rowsOf(host, old.id)).toEqual(before);
    }));

  it.each(['isUnchanged', 'mark'] as const)('when somebody changes the record right before %s', (call) =>
    hosted(longAfter, async (host) => {
      const { records } = host.deps;
      const touch = () =>
        documents(host).send(
          new UpdateCommand({
            TableName: names.table,
            Key: { pk: `DEP#${old.id}`, sk: 'META' },
            UpdateExpression: 'SET rev = rev + :one',
            ExpressionAttributeValues: { ':one': 1 },
          }),
        );
      const before = (await rowsOf(host, old.id)).filter((key) => !key.startsWith('LOG#'));
      const raced: WorkflowHost['deps']['records'] = {
        inMonth: (...asked) => records.inMonth(...asked),
        stored: (id) => records.stored(id),
        isUnchanged: async (deployment) => {
          if (call === 'isUnchanged') await touch();
          return records.isUnchanged(deployment);
        },
        mark: async (deployment, mark) => {
          if (call === 'mark') await touch();
          return records.mark(deployment, mark);
        },
        remove: (id) => records.remove(id),
        cursor: () => records.cursor(),
        saveCursor: (cursor) => records.saveCursor(cursor),
      };
      const { clock, coldLogs, deployments, digest, evidence, hotLogs } = host.deps;
      const deps = { clock, coldLogs, deployments, digest, evidence, hotLogs, records: raced };
      expect(await archiveRecord(deps, old.id)).toBe('kept');
      expect((await rowsOf(host, old.id)).filter((key) => !key.startsWith('LOG#'))).toEqual(before);
      await archive(host);
      await expectArchived(host);
    }),
  );
});
