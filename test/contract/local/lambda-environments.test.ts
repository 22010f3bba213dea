import {
  DeleteFunctionCommand,
  GetFunctionCommand,
  UpdateAliasCommand,
  UpdateFunctionCodeCommand,
} from '@aws-sdk/client-lambda';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { aliasTo, createFunction, invoke, release, startLambda, until, zipOf } from './lambda-host.ts';

// Each answers its process id after having waited on request.
const identity = (text: string) => `
  export const handler = async ({ waitMs = 0 }) => {
    await new Promise((resolve) => setTimeout(resolve, waitMs));
    return { pid: process.pid, said: '${text}' }; };`;

const processes = (store: { prepare(sql: string): { all(): unknown[] } }) =>
  store.prepare('SELECT pid FROM lam_environments').all().length;

test('requests one after another share a process, and requests at once get more, up to the limit', async () => {
  const { client, store } = startLambda({ mostEnvironments: 3 });
  await createFunction(client, identity('one'));
  const first = await invoke(client);
  expect((await invoke(client)).result['pid']).toBe(first.result['pid']);
  const burst = await Promise.all(Array.from({ length: 24 }, () => invoke(client, { event: { waitMs: 40 } })));
  const pids = new Set(burst.map(({ result }) => result['pid']));
  expect(burst.every(({ error }) => error === undefined)).toBe(true);
  expect(pids.size).toBe(3);
  expect(processes(store)).toBe(3);
});

test('a process handles one event at a time', async () => {
  const { client } = startLambda({ mostEnvironments: 1 });
  await createFunction(
    client,
    `let inside = 0; export const handler = async () => {
       inside++; await new Promise((resolve) => setTimeout(resolve, 5)); return inside--; };`,
  );
  const answers = await Promise.all(Array.from({ length: 8 }, () => invoke(client)));
  expect(answers.map(({ result }) => result)).toEqual(Array.from({ length: 8 }, () => 1));
});

test('an idle process is ended after a while, but one of a version that an alias names stays', async () => {
  const { client, clock, store } = startLambda({ idleMs: 60_000 });
  await createFunction(client, identity('one'), { Publish: true });
  await aliasTo(client, '1');
  const { result } = await invoke(client, { qualifier: 'live' });
  await invoke(client);
  expect(processes(store)).toBe(2);
  // Again and again, because a process tells on its own time that it is idle.
  const later = async () => {
    await clock.advance(60_000);
    return processes(store) === 1;
  };
  await until(later, 'the idle process of $LATEST was gone');
  await clock.advance(600_000);
  expect((await invoke(client, { qualifier: 'live' })).result['pid']).toBe(result['pid']);
});

test('publishing starts a process ahead of the first request', async () => {
  const { client, store } = startLambda();
  await createFunction(client, identity('one'), { Publish: true });
  await until(() => processes(store) === 1, 'version 1 had a process');
});

test('moving an alias and deleting its old version lets requests under way finish', async () => {
  const { client, store } = startLambda();
  await createFunction(client, identity('one'), { Publish: true });
  await release(client, identity('two'));
  await aliasTo(client, '1');
  await invoke(client, { qualifier: 'live' });
  const underWay = invoke(client, { qualifier: 'live', event: { waitMs: 50 } });
  await client.send(new UpdateAliasCommand({ FunctionName: 'greeter', Name: 'live', FunctionVersion: '2' }));
  await client.send(new DeleteFunctionCommand({ FunctionName: 'greeter', Qualifier: '1' }));
  expect((await invoke(client, { qualifier: 'live' })).result['said']).toBe('two');
  expect(await underWay).toMatchObject({ version: '1', result: { said: 'one' } });
  await until(() => processes(store) === 1, 'only version 2 had a process');
});

test('a change of $LATEST ends its former processes, and their package goes once nothing runs it', async () => {
  const { client, folder, store } = startLambda();
  await createFunction(client, identity('one'));
  const underWay = invoke(client, { event: { waitMs: 50 } });
  await client.send(new UpdateFunctionCodeCommand({ FunctionName: 'greeter', ZipFile: zipOf(identity('two')) }));
  await client.send(new GetFunctionCommand({ FunctionName: 'greeter' }));
  expect((await invoke(client)).result['said']).toBe('two');
  expect((await underWay).result['said']).toBe('one');
  await until(() => processes(store) === 1, 'the former process was gone');
  await until(() => readdirSync(join(folder, 'lambda', 'zips')).length === 1, 'the former package was gone');
});

test('a process cannot take the events of another', async () => {
  const { client } = startLambda();
  await createFunction(
    client,
    `export const handler = async () => {
       const [host] = process.env.AWS_LAMBDA_RUNTIME_API.split('/');
       const path = '/2018-06-01/runtime/invocation/next';
       const tries = [path, '/' + '0'.repeat(32) + path].map((each) => fetch('http://' + host + each));
       return (await Promise.all(tries)).map((answer) => answer.status); };`,
  );
  expect((await invoke(client)).result).toEqual([403, 403]);
});

test('closing ends all processes, whatever they do', async () => {
  const { client, store, lambda, stop } = startLambda();
  await createFunction(client, identity('one'));
  const [{ pid }] = [(await invoke(client)).result] as [{ pid: number }];
  const busy = invoke(client, { event: { waitMs: 60_000 } });
  await lambda.close();
  expect(processes(store)).toBe(0);
  expect(() => process.kill(pid, 0)).toThrow('ESRCH');
  expect(await busy).toMatchObject({ error: 'Unhandled' });
  await stop();
});
