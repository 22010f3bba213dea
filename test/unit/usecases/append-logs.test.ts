import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openTestAccount, type TestAccount } from '#test/support/account.ts';
import { appendLogs } from '#usecases/append-logs.ts';

let account: TestAccount;
beforeAll(async () => {
  account = await openTestAccount();
});
afterAll(() => account.close());

describe('what a build writes', () => {
  const at = Date.UTC(2026, 0, 1, 12);
  const eventOf = (message: string, n: number) => ({ id: String(n).padStart(20, '0'), timestampMs: at, message });

  test('is kept line by line with the stage that wrote it, and ends with the closing line of the kit', async () => {
    const id = account.deps.ids.deploymentId();
    const messages = [
      '[Container] 2026/01/01 12:00:00 Entering phase BUILD',
      '[install] added 3 packages\n',
      '[test] [x] ok\r\n',
      'bare words',
      '[runner] finished',
      '[Container] 2026/01/01 12:00:01 Phase complete: BUILD State: SUCCEEDED',
    ];
    await appendLogs(account.deps, { stream: `${id}/build-1`, events: messages.map(eventOf) });
    const page = await account.deps.logs.read(id, 0, 10);
    expect(page.chunks.flatMap(({ lines }) => lines).map(({ step, text }) => `${step}: ${text}`)).toEqual([
      'install: added 3 packages',
      'test: [x] ok',
      'runner: bare words',
      'runner: finished',
    ]);
    expect(page.endedStreams).toBe(1);
  });

  test('is kept without what looks like a credential, also where that goes over several lines', async () => {
    const id = account.deps.ids.deploymentId();
    const key = (which: string): string => [`-----${which} RSA PRIVATE`, 'KEY-----'].join(' ');
    const messages = [
      `[install] token=${'x'.repeat(20)} given\n`,
      `[test] ${key('BEGIN')}\n`,
      '[test] MIIEvQIBADAN\n',
      `[test] ${key('END')}\n`,
      '[test] after\n',
    ];
    await appendLogs(account.deps, { stream: `${id}/build-1`, events: messages.map(eventOf) });
    const page = await account.deps.logs.read(id, 0, 10);
    expect(page.chunks.flatMap(({ lines }) => lines).map(({ step, text }) => `${step}: ${text}`)).toEqual([
      'install: token=*** given',
      'test: ***',
      'test: ***',
      'test: ***',
      'test: after',
    ]);
  });

  test('under a stream of somebody else is left alone', async () => {
    const id = account.deps.ids.deploymentId();
    const events = [eventOf('[test] x', 1)];
    for (const stream of [`x${id}/b`, id, 'other/b', '']) await appendLogs(account.deps, { stream, events });
    expect((await account.deps.logs.read(id, 0, 10)).chunks).toEqual([]);
  });
});
