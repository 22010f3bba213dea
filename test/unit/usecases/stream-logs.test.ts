import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { decide } from '#domain/deployment/decision.ts';
import type { LogEvent, LogStore } from '#ports/log-store.ts';
import { givenDeployments } from '#test/contract/adapters/given-deployments.ts';
import { openTestAccount, type TestAccount } from '#test/support/account.ts';
import { followLogs, readLogs, type LogFrame } from '#usecases/stream-logs.ts';

let account: TestAccount;
beforeAll(async () => {
  account = await openTestAccount();
});
afterAll(() => account.close());

/** A running deployment whose log a test writes line by line. */
async function aLog({ builds = 1 } = {}) {
  const { deps } = account;
  const given = givenDeployments(account);
  const admitted = await given.admitted();
  let running = await given.commit(decide(admitted, { patch: { builds } }, given.moment()));
  const { id } = running;
  let line = 0;
  const event = (text: string): LogEvent => {
    line += 1;
    return { id: String(line).padStart(20, '0'), at: '2026-01-01T12:00:00.000Z', step: 'test', text };
  };
  return {
    id,
    write: (text: string) =>
      deps.logs.append({ deploymentId: id, stream: 'b', events: [event(text)], streamEnded: false }),
    endStream: (stream = 'b') => deps.logs.append({ deploymentId: id, stream, events: [], streamEnded: true }),
    async finish() {
      running = await given.commit(decide(running, { status: 'failed' }, given.moment()));
    },
    follow: (after = 0, gone?: AbortSignal) => followLogs(deps, id, after, gone),
    nowMs: () => deps.clock.now().getTime(),
  };
}

/** The next frame that is not a heartbeat, in short. */
async function next(frames: AsyncGenerator<LogFrame>): Promise<string> {
  for (;;) {
    const result = await frames.next();
    if (result.done) return 'closed';
    const { value } = result;
    if (value.kind === 'chunk') return `${value.chunk.n} ${value.chunk.lines.map(({ text }) => text).join()}`;
    if (value.kind === 'end') return `end ${value.status}`;
  }
}

describe('following a log', () => {
  test('gives each chunk as it comes, and the end when all is said', async () => {
    const log = await aLog();
    await log.write('one');
    const frames = log.follow();
    expect(await next(frames)).toBe('1 one');
    await log.write('two');
    expect(await next(frames)).toBe('2 two');
    await log.finish();
    await log.write('three');
    expect(await next(frames)).toBe('3 three');
    await log.endStream();
    expect(await next(frames)).toBe('end failed');
    expect(await next(frames)).toBe('closed');
  });

  test('resumes after any chunk without losing or repeating one', async () => {
    const log = await aLog();
    for (let n = 1; n <= 120; n++) await log.write(`line ${n}`);
    await log.endStream();
    await log.finish();
    for (const after of [0, 1, 49, 50, 51, 100, 119, 120]) {
      const seen: string[] = [];
      for await (const frame of log.follow(after)) {
        if (frame.kind === 'chunk') seen.push(`${frame.chunk.n} ${frame.chunk.lines[0]?.text}`);
      }
      expect(seen).toEqual(
        Array.from({ length: 120 - after }, (_, index) => `${after + index + 1} line ${after + index + 1}`),
      );
    }
  });

  test('says at once that it is connected, and then every 15 quiet seconds', async () => {
    const log = await aLog();
    const frames = log.follow();
    const beats: number[] = [];
    const startedMs = log.nowMs();
    for (let beat = 0; beat < 3; beat++) {
      expect((await frames.next()).value).toEqual({ kind: 'heartbeat' });
      beats.push(log.nowMs() - startedMs);
    }
    expect(beats[0]).toBe(0);
    for (const beat of [1, 2]) {
      const quietMs = (beats[beat] ?? 0) - (beats[beat - 1] ?? 0);
      expect(quietMs).toBeGreaterThanOrEqual(15_000);
      expect(quietMs).toBeLessThan(15_500);
    }
    await log.write('one');
    expect((await frames.next()).value).toMatchObject({ kind: 'chunk' });
    const spokenMs = log.nowMs();
    expect((await frames.next()).value).toEqual({ kind: 'heartbeat' });
    expect(log.nowMs() - spokenMs).toBeGreaterThanOrEqual(15_000);
    await frames.return(undefined);
  });

  test('ends the connection after two minutes without calling it the end of the log', async () => {
    const log = await aLog();
    await log.write('one');
    const startedMs = log.nowMs();
    const kinds: string[] = [];
    for await (const { kind } of log.follow()) kinds.push(kind);
    expect(kinds).not.toContain('end');
    expect(kinds.filter((kind) => kind === 'chunk')).toHaveLength(1);
    const lastedMs = log.nowMs() - startedMs;
    expect(lastedMs).toBeGreaterThanOrEqual(120_000);
    expect(lastedMs).toBeLessThan(121_000);
  });

  test('waits for every build that began to say that its log ended', async () => {
    const log = await aLog({ builds: 2 });
    await log.finish();
    await log.endStream('fetch');
    const frames = log.follow();
    expect((await frames.next()).value).toEqual({ kind: 'heartbeat' });
    await log.write('the last words');
    await log.endStream('b');
    expect(await next(frames)).toBe('1 the last words');
    expect(await next(frames)).toBe('end failed');
  });

  test('does not wait longer than a while for a stream that never says that it ended', async () => {
    const log = await aLog();
    await log.write('cut off');
    await log.finish();
    const finishedMs = log.nowMs();
    const frames = log.follow();
    expect(await next(frames)).toBe('1 cut off');
    expect(await next(frames)).toBe('end failed');
    expect(log.nowMs() - finishedMs).toBeGreaterThanOrEqual(15_000);
    expect(log.nowMs() - finishedMs).toBeLessThan(15_500);
  });

  test('of a deployment that never built anything ends with the deployment', async () => {
    const log = await aLog({ builds: 0 });
    await log.finish();
    expect(await next(log.follow())).toBe('end failed');
  });

  test('ends soon after its viewer has gone', async () => {
    const log = await aLog();
    const viewer = new AbortController();
    const frames = log.follow(0, viewer.signal);
    expect((await frames.next()).value).toEqual({ kind: 'heartbeat' });
    const goneMs = log.nowMs();
    viewer.abort();
    expect((await frames.next()).done).toBe(true);
    expect(log.nowMs() - goneMs).toBeLessThan(1000);
  });

  test('costs as many reads for fifty viewers as for one, and gives each of them everything', async () => {
    const log = await aLog();
    await log.write('one');
    const logs: LogStore = {
      append: (batch) => account.deps.logs.append(batch),
      tail: (id, count) => account.deps.logs.tail(id, count),
      async read(...asked) {
        reads += 1;
        return account.deps.logs.read(...asked);
      },
    };
    let reads = 0;
    const deps = { ...account.deps, logs };
    const viewers = Array.from({ length: 50 }, (_, index) => followLogs(deps, log.id, index % 2));
    // Each comes up to the present by itself.
    await Promise.all(viewers.map((frames, index) => (index % 2 === 0 ? next(frames) : frames.next())));
    const readsBefore = reads;

    const seconds = viewers.map((frames) => next(frames));
    await log.write('two');
    expect(await Promise.all(seconds)).toEqual(viewers.map(() => '2 two'));
    expect(reads - readsBefore).toBeLessThan(5);

    const late = followLogs(deps, log.id, 0);
    const thirds = viewers.map((frames) => next(frames));
    expect([await next(late), await next(late)]).toEqual(['1 one', '2 two']);
    await log.write('three');
    expect(await Promise.all(thirds)).toEqual(viewers.map(() => '3 three'));
    expect(await next(late)).toBe('3 three');
    await Promise.all([...viewers, late].map((frames) => frames.return(undefined)));
  });

  test('of a deployment that nobody made is refused before anything is given', async () => {
    const unknown = followLogs(account.deps, account.deps.ids.deploymentId(), 0);
    await expect(unknown.next()).rejects.toMatchObject({ code: 'not_found' });
  });
});

describe('reading a log', () => {
  test('goes page by page, and says when nothing follows', async () => {
    const log = await aLog();
    for (const text of ['a', 'b', 'c']) await log.write(text);
    const page = (after: number, limit: number) => readLogs(account.deps, log.id, after, limit);
    expect(await page(0, 2)).toMatchObject({ next: 2, complete: false, chunks: [{ n: 1 }, { n: 2 }] });
    expect(await page(2, 2)).toMatchObject({ next: 3, complete: false, chunks: [{ n: 3 }] });
    await log.finish();
    await log.endStream();
    expect(await page(2, 2)).toMatchObject({ next: 3, complete: true });
    expect(await page(3, 2)).toEqual({ chunks: [], next: 3, complete: true });
    expect(await page(0, 3)).toMatchObject({ next: 3, complete: false });
  });
});
