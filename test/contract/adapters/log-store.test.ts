import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { LogBatch, LogEvent } from '#ports/log-store.ts';
import { openTestAccount, type TestAccount } from '#test/support/account.ts';

let account: TestAccount;
beforeAll(async () => {
  account = await openTestAccount();
});
afterAll(() => account.close());

/** Lines as the log service numbers them: ids of one width that grow. */
function lines(from: number, to: number, changes: Partial<LogEvent> = {}): readonly LogEvent[] {
  return Array.from({ length: to - from }, (_, index) => ({
    id: String(from + index).padStart(20, '0'),
    at: '2026-01-01T12:00:00.000Z',
    step: 'test',
    text: `line ${from + index}`,
    ...changes,
  }));
}

function openLog() {
  const { logs, ids } = account.deps;
  const deploymentId = ids.deploymentId();
  return {
    append: (events: readonly LogEvent[], more: Partial<LogBatch> = {}) =>
      logs.append({ deploymentId, stream: 'build', events, streamEnded: false, ...more }),
    read: (after = 0, limit = 1000) => logs.read(deploymentId, after, limit),
    tail: (count: number) => logs.tail(deploymentId, count),
    async texts(): Promise<readonly string[]> {
      const { chunks } = await logs.read(deploymentId, 0, 1000);
      expect(chunks.map(({ n }) => n)).toEqual(chunks.map((_, index) => index + 1));
      return chunks.flatMap((chunk) => chunk.lines.map(({ text }) => text));
    },
  };
}

const textsOf = (events: readonly LogEvent[]): readonly string[] => events.map(({ text }) => text);

describe('a log', () => {
  test('that nobody wrote is empty', async () => {
    const log = openLog();
    expect(await log.read()).toEqual({ chunks: [], endedStreams: 0 });
    expect(await log.tail(20)).toEqual([]);
  });

  test('gives back each line with its time and its step, in numbered chunks', async () => {
    const log = openLog();
    await log.append(lines(0, 2, { text: 'naïve ☃', step: 'compile' }));
    await log.append(lines(2, 3, { text: '' }));
    const at = '2026-01-01T12:00:00.000Z';
    expect((await log.read()).chunks).toEqual([
      {
        n: 1,
        lines: [
          { at, step: 'compile', text: 'naïve ☃' },
          { at, step: 'compile', text: 'naïve ☃' },
        ],
      },
      { n: 2, lines: [{ at, step: 'test', text: '' }] },
    ]);
  });

  test('numbers its chunks without a gap while many write at once', async () => {
    const log = openLog();
    const writers = Array.from({ length: 12 }, (_, writer) =>
      [0, 5, 10].map((from) =>
        log.append(lines(from, from + 5, { text: `writer ${writer}` }), { stream: `build-${writer}` }),
      ),
    );
    await Promise.all(writers.flat());
    const texts = await log.texts();
    expect(texts).toHaveLength(12 * 15);
    for (let writer = 0; writer < 12; writer++) {
      expect(texts.filter((text) => text === `writer ${writer}`)).toHaveLength(15);
    }
  });

  test('keeps every line once, in whatever pieces, order and number a stream is delivered', async () => {
    const piece = fc.tuple(fc.nat(30), fc.integer({ min: 1, max: 12 }));
    await fc.assert(
      fc.asyncProperty(fc.array(piece, { maxLength: 12 }), async (pieces) => {
        const log = openLog();
        const whole = lines(0, 32);
        for (const [from, length] of pieces) await log.append(whole.slice(from, from + length));
        await log.append(whole);
        expect((await log.texts()).toSorted()).toEqual(textsOf(whole).toSorted());
      }),
      { numRuns: 40 },
    );
  });

  test('keeps every line once when one delivery meets its repetition', async () => {
    const log = openLog();
    const whole = lines(0, 30);
    await Promise.all([
      log.append(whole),
      log.append(whole.slice(0, 20)),
      log.append(whole.slice(10)),
      log.append(whole),
    ]);
    expect((await log.texts()).toSorted()).toEqual(textsOf(whole).toSorted());
  });

  test('takes in a batch that comes after later ones', async () => {
    const log = openLog();
    await log.append(lines(10, 20));
    await log.append(lines(20, 30));
    await log.append(lines(0, 10));
    await log.append(lines(5, 25));
    expect(await log.texts()).toEqual(textsOf([...lines(10, 20), ...lines(20, 30), ...lines(0, 10)]));
  });

  test('tells streams apart whose lines have the same ids', async () => {
    const log = openLog();
    await log.append(lines(0, 3), { stream: 'fetch' });
    await log.append(lines(0, 3), { stream: 'build' });
    expect(await log.texts()).toHaveLength(6);
  });

  test('counts each stream that ended once, also one that ends without a line', async () => {
    const log = openLog();
    await log.append(lines(0, 3), { stream: 'fetch', streamEnded: true });
    await log.append(lines(0, 3), { stream: 'fetch', streamEnded: true });
    expect((await log.read()).endedStreams).toBe(1);
    await log.append([], { stream: 'build', streamEnded: true });
    await log.append([], { stream: 'other' });
    expect((await log.read()).endedStreams).toBe(2);
    expect(await log.texts()).toHaveLength(3);
  });

  test('reads page by page, each from the number after the last', async () => {
    const log = openLog();
    for (let n = 0; n < 7; n++) await log.append(lines(n, n + 1));
    const pages = [await log.read(0, 3), await log.read(3, 3), await log.read(6, 3), await log.read(7, 3)];
    expect(pages.map(({ chunks }) => chunks.map(({ n }) => n))).toEqual([[1, 2, 3], [4, 5, 6], [7], []]);
    expect((await log.read(99, 3)).chunks).toEqual([]);
  });

  test('ends with its last lines, whatever the chunks', async () => {
    const log = openLog();
    await log.append(lines(0, 50));
    await log.append(lines(50, 52));
    await log.append(lines(52, 53));
    expect((await log.tail(20)).map(({ text }) => text)).toEqual(textsOf(lines(33, 53)));
    expect((await log.tail(1)).map(({ text }) => text)).toEqual(['line 52']);
    expect(await log.tail(0)).toEqual([]);
    expect(await log.tail(500)).toHaveLength(53);
  });
});

describe('large logs', () => {
  test('a line that no item could hold is cut, and says so', async () => {
    const log = openLog();
    await log.append([...lines(0, 1), ...lines(1, 2, { text: '☃'.repeat(300_000) }), ...lines(2, 3)]);
    const [first, long, last] = await log.texts();
    expect([first, last]).toEqual(['line 0', 'line 2']);
    expect(long).toMatch(/^☃{1000,} … \(line cut\)$/);
  });

  test('a batch of many megabytes is kept whole, once', async () => {
    const log = openLog();
    const whole = Array.from({ length: 120 }, (_, n) => lines(n, n + 1, { text: `${n} ${'x'.repeat(60_000)}` })).flat();
    await log.append(whole, { streamEnded: true });
    await log.append(whole, { streamEnded: true });
    expect(await log.texts()).toEqual(textsOf(whole));
    expect((await log.read(0, 1000)).endedStreams).toBe(1);
  });

  test('a batch of very many short lines is kept whole, once', async () => {
    const log = openLog();
    const whole = lines(0, 20_000, { text: '' });
    await log.append(whole);
    await log.append(whole.slice(9_999));
    expect(await log.texts()).toHaveLength(20_000);
  });
});
