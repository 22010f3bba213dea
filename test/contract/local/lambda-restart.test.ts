import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { GetAliasCommand, InvokeCommand } from '@aws-sdk/client-lambda';
import { expect, onTestFinished, test, vi } from 'vitest';
import { processIdentity } from '#local/services/lambda/process-identity.ts';
import { aliasTo, answering, createFunction, invoke, scratchFolder, startLambda, until } from './lambda-host.ts';

test('functions, versions, aliases and packages survive a restart, and live versions are warm again', async () => {
  const folder = scratchFolder();
  const before = startLambda({ folder });
  await createFunction(before.client, answering('still here'), { Publish: true });
  const alias = await aliasTo(before.client, '1');
  await before.stop();
  // Only the zips count; what was unpacked can be made anew.
  rmSync(join(folder, 'lambda', 'code'), { recursive: true });

  const after = startLambda({ folder });
  await after.lambda.start();
  const warm = () => after.store.prepare('SELECT pid FROM lam_environments').all().length === 1;
  await until(warm, 'the live version was warm');
  const read = await after.client.send(new GetAliasCommand({ FunctionName: 'greeter', Name: 'live' }));
  expect(read.RevisionId).toBe(alias.RevisionId);
  expect(await invoke(after.client, { qualifier: 'live' })).toMatchObject({
    version: '1',
    result: { said: 'still here' },
  });
});

test('processes that a killed host left behind are ended, but never another that got the same id', async () => {
  const [orphan, stranger] = await Promise.all([sleeper(), sleeper()]);
  const { lambda, store } = startLambda();
  const insert = store.prepare('INSERT INTO lam_environments VALUES (?, ?)');
  insert.run(orphan.pid, processIdentity(orphan.pid) ?? '');
  insert.run(stranger.pid, 'an earlier process of this id');
  const ended = once(orphan.child, 'exit');
  await lambda.start();
  expect(await ended).toEqual([null, 'SIGKILL']);
  expect(stranger.child.exitCode).toBeNull();
  expect(processIdentity(stranger.pid)).toBeDefined();
  expect(store.prepare('SELECT pid FROM lam_environments').all()).toEqual([]);
});

test('an accepted event is taken up by the next host, and its retries keep their time', async () => {
  const folder = scratchFolder();
  const before = startLambda({ folder });
  before.lambda.register('settle', { timeoutSeconds: 5, handler: () => Promise.reject(new Error('not yet')) });
  const accepted = await before.client.send(
    new InvokeCommand({ FunctionName: 'settle', InvocationType: 'Event', Payload: '{"order":7}' }),
  );
  expect(accepted.StatusCode).toBe(202);
  await before.clock.advance(0);
  await before.stop();

  const after = startLambda({ folder });
  const seen: unknown[] = [];
  after.lambda.register('settle', {
    timeoutSeconds: 5,
    handler: (event, context) => Promise.resolve(seen.push([event, context.awsRequestId])),
  });
  await after.lambda.start();
  await after.clock.advance(59_999);
  expect(seen).toEqual([]);
  await after.clock.advance(1);
  expect(seen).toEqual([[{ order: 7 }, accepted.$metadata.requestId]]);
  expect(after.store.prepare('SELECT id FROM lam_async').all()).toEqual([]);
});

test('an event is tried three times, after one and two minutes, and then dropped with a word on the console', async () => {
  const { client, clock, lambda, store } = startLambda();
  const console_ = vi.spyOn(console, 'error').mockImplementation(() => undefined);
  onTestFinished(() => console_.mockRestore());
  const attempts: number[] = [];
  lambda.register('failing', {
    timeoutSeconds: 5,
    handler: () => {
      attempts.push(clock.now());
      return Promise.reject(new Error('still broken'));
    },
  });
  const start = clock.now();
  await client.send(new InvokeCommand({ FunctionName: 'failing', InvocationType: 'Event' }));
  await clock.advance(600_000);
  expect(attempts.map((at) => at - start)).toEqual([0, 60_000, 180_000]);
  expect(store.prepare('SELECT id FROM lam_async').all()).toEqual([]);
  expect(console_.mock.calls.join()).toContain('still broken');
});

async function sleeper() {
  const child = spawn('sleep', ['600'], { detached: true, stdio: 'ignore' });
  onTestFinished(() => void child.kill('SIGKILL'));
  await once(child, 'spawn');
  return { child, pid: child.pid ?? 0 };
}
