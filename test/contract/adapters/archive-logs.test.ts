import { gunzipSync } from 'node:zlib';
import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { names } from '#local/stack/names.ts';
import type { LogChunk, LogEvent } from '#ports/log-store.ts';
import type { Deps } from '#runtime/deps.ts';
import { archiveLog } from '#usecases/archive-log.ts';
import { archiveLogs } from '#usecases/archive-logs.ts';
import { openTestAccount, type TestAccount } from '#test/support/account.ts';
import { givenDeployments, rowsAbout } from './given-deployments.ts';

const dayMs = 24 * 3_600_000;

let account: TestAccount;
beforeAll(async () => {
  account = await openTestAccount();
});
afterAll(() => account.close());

/** A log of chunks with these many lines each, of a deployment that nobody knows. */
async function aLog(sizes: readonly number[], text = (n: number) => `line ${n} ☃`) {
  const { ids, logs } = account.deps;
  const deploymentId = ids.deploymentId();
  let written = 0;
  const append = async (size: number, stream = 'build'): Promise<void> => {
    const events = Array.from({ length: size }, (_, index): LogEvent => {
      const n = written + index;
      return { id: String(n).padStart(20, '0'), at: '2026-01-01T12:00:00.000Z', step: 'test', text: text(n) };
    });
    written += size;
    await logs.append({ deploymentId, stream, events, streamEnded: false });
  };
  for (const size of sizes) await append(size);
  return { deploymentId, append };
}

const chunksOf = async (deps: Deps, id: string, after = 0, limit = 1000): Promise<readonly LogChunk[]> =>
  (await deps.logs.read(id, after, limit)).chunks;

/** The bytes of an archived log. */
async function archived(key: string): Promise<Uint8Array> {
  const s3 = new S3Client({ ...account.client, forcePathStyle: true });
  const { Body } = await s3.send(new GetObjectCommand({ Bucket: names.evidenceBucket, Key: key }));
  return (await Body?.transformToByteArray()) ?? new Uint8Array();
}

describe('a log that was archived', () => {
  test('is read as before, with the same numbers, from any place and in any pages', async () => {
    const page = fc.tuple(fc.nat(12), fc.integer({ min: 1, max: 12 }));
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 1, max: 4 }), { maxLength: 9 }),
        page,
        async (sizes, [after, limit]) => {
          const { deploymentId } = await aLog(sizes);
          const before = await account.deps.logs.read(deploymentId, after, limit);
          const tail = await account.deps.logs.tail(deploymentId, limit);
          expect(await archiveLog(account.deps, deploymentId)).toBe('archived');
          expect(await account.deps.logs.read(deploymentId, after, limit)).toEqual(before);
          expect(await account.deps.logs.tail(deploymentId, limit)).toEqual(tail);
        },
      ),
      { numRuns: 25 },
    );
  });

  test('of many megabytes lies in pieces that are read alone, and is one file to everybody else', async () => {
    const { deploymentId } = await aLog([100, 100, 100, 100], (n) => `${n} ${'x'.repeat(15_000)}`);
    const before = await chunksOf(account.deps, deploymentId);
    await archiveLog(account.deps, deploymentId);
    const index = (await account.deps.hotLogs.find(deploymentId))?.archive;
    expect(index?.parts.length).toBeGreaterThan(2);
    expect(index).toMatchObject({ lines: 400, last: before.length });
    const bytes = await archived(index?.key ?? '');
    expect([bytes.byteLength, account.deps.digest(bytes)]).toEqual([index?.bytes, index?.sha256]);
    const lines = gunzipSync(bytes).toString('utf8').trimEnd().split('\n');
    expect(lines).toHaveLength(400);
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({ n: 1, step: 'test', at: '2026-01-01T12:00:00.000Z' });
    expect(await chunksOf(account.deps, deploymentId)).toEqual(before);
    const last = before.length;
    expect(await chunksOf(account.deps, deploymentId, last - 1)).toEqual(before.slice(-1));
  });

  test('goes on where it ended when its deployment is tried again, and is archived as a whole once more', async () => {
    const { deploymentId, append } = await aLog([3, 3]);
    await archiveLog(account.deps, deploymentId);
    await append(2, 'another build');
    const both = await chunksOf(account.deps, deploymentId);
    expect(both.map(({ n, lines }) => [n, lines.length])).toEqual([
      [1, 3],
      [2, 3],
      [3, 2],
    ]);
    await archiveLog(account.deps, deploymentId);
    expect(await chunksOf(account.deps, deploymentId)).toEqual(both);
    expect((await account.deps.hotLogs.find(deploymentId))?.archive).toMatchObject({ last: 3, lines: 8 });
  });

  test('that is not what was written keeps its lines in the table', async () => {
    const { deploymentId } = await aLog([3]);
    const lying: Deps['coldLogs'] = {
      store: () => Promise.reject(new Error('not what was written')),
      verify: (index) => account.deps.coldLogs.verify(index),
      read: (...asked) => account.deps.coldLogs.read(...asked),
    };
    const { clock, deployments, hotLogs } = account.deps;
    await expect(archiveLog({ clock, deployments, hotLogs, coldLogs: lying }, deploymentId)).rejects.toThrow();
    expect((await chunksOf(account.deps, deploymentId)).length).toBe(1);
    expect((await hotLogs.find(deploymentId))?.archive).toBeUndefined();
  });

  test('and was written to meanwhile keeps what came in the table, and stays on the list', async () => {
    const { deploymentId, append } = await aLog([3]);
    const { clock, coldLogs, deployments, hotLogs } = account.deps;
    const slow: Deps['coldLogs'] = {
      async store(...asked) {
        const index = await coldLogs.store(...asked);
        await append(2, 'another build');
        return index;
      },
      verify: (index) => coldLogs.verify(index),
      read: (...asked) => coldLogs.read(...asked),
    };
    expect(await archiveLog({ clock, deployments, hotLogs, coldLogs: slow }, deploymentId)).toBe('kept');
    expect((await chunksOf(account.deps, deploymentId)).map(({ n }) => n)).toEqual([1, 2]);
    const found: string[] = [];
    for await (const id of account.later(dayMs).hotLogs.quietSince('2027-01-01T00:00:00.000Z')) found.push(id);
    expect(found).toContain(deploymentId);
  });
});

describe('the round of the archive of logs', () => {
  test('takes those that are quiet for thirty days and over, each once, and leaves the rest', async () => {
    const given = givenDeployments(account);
    const running = await given.admitted();
    const text = { id: '1', at: '2026-01-01T12:00:00.000Z', step: 'test', text: 'still running' };
    await account.deps.logs.append({ deploymentId: running.id, stream: 's', events: [text], streamEnded: false });
    const { deploymentId } = await aLog([2]);
    const hot = async (deps: Deps): Promise<readonly string[]> => {
      const ids: string[] = [];
      for await (const id of deps.hotLogs.quietSince('2027-01-01T00:00:00.000Z')) ids.push(id);
      return ids;
    };

    const early = account.later(29 * dayMs);
    expect(await archiveLogs(early)).toMatchObject({ archived: 0, kept: 0 });
    expect(await hot(early)).toEqual(expect.arrayContaining([running.id, deploymentId]));

    const due = account.later(31 * dayMs);
    const round = await archiveLogs(due);
    expect(round).toMatchObject({ kept: 1, failed: 0, faults: [] });
    expect(round.archived).toBeGreaterThan(0);
    expect(await hot(due)).toEqual([running.id]);
    expect(await archiveLogs(due)).toMatchObject({ archived: 0, kept: 1 });
    expect((await chunksOf(due, deploymentId)).flatMap(({ lines }) => lines.map((line) => line.text))).toEqual([
      'line 0 ☃',
      'line 1 ☃',
    ]);
  });
});

test('no row of a log runs out by itself', async () => {
  const { deploymentId } = await aLog([2]);
  const rows = await rowsAbout(account, deploymentId);
  expect(rows.length).toBe(2);
  expect(rows.filter((row) => row.includes('"ttl"'))).toEqual([]);
});
