import { InvokeCommand } from '@aws-sdk/client-lambda';
import { describe, expect, test } from 'vitest';
import { virtualClock } from '#local/clock.ts';
import { processIdentity } from '#local/services/lambda/process-identity.ts';
import { createFunction, invoke, startLambda, until } from './lambda-host.ts';

const echo = 'export const handler = async (event) => ({ event });';

describe('a handler', () => {
  test('gets the event and the documented context', async () => {
    const { client } = startLambda();
    await createFunction(
      client,
      `export const handler = async (event, context) => ({
        event, ...context, left: context.getRemainingTimeInMillis(), cwd: process.cwd() === process.env.LAMBDA_TASK_ROOT });`,
      { Timeout: 30, MemorySize: 256 },
    );
    const { result } = await invoke(client, { event: { hello: 'wörld' } });
    expect(result).toMatchObject({
      event: { hello: 'wörld' },
      functionName: 'greeter',
      functionVersion: '$LATEST',
      memoryLimitInMB: '256',
      invokedFunctionArn: 'arn:aws:lambda:eu-west-1:000000000000:function:greeter',
      logGroupName: '/aws/lambda/greeter',
      cwd: true,
    });
    expect(result['left']).toBeGreaterThan(20_000);
    expect(result['left']).toBeLessThanOrEqual(30_000);
  });

  test('may be CommonJS, an ES module by package type, nested in an export, or in a folder', async () => {
    const { client } = startLambda();
    const inside = (text: string) => `async () => ({ said: '${text}' })`;
    const functions = {
      common: { files: { 'index.js': `exports.handler = ${inside('common')};` }, Handler: 'index.handler' },
      typed: {
        files: { 'index.js': `export const handler = ${inside('typed')};`, 'package.json': '{"type":"module"}' },
        Handler: 'index.handler',
      },
      nested: { files: { 'app.cjs': `exports.api = { get: ${inside('nested')} };` }, Handler: 'app.api.get' },
      folder: { files: { 'src/app/main.mjs': `export const run = ${inside('folder')};` }, Handler: 'src/app/main.run' },
    };
    for (const [FunctionName, { files, Handler }] of Object.entries(functions)) {
      await createFunction(client, files, { FunctionName, Handler });
      expect(await invoke(client, { name: FunctionName })).toMatchObject({ result: { said: FunctionName } });
    }
  });

  test('with a callback waits for its event loop on Node 22, and is refused on Node 24', async () => {
    const { client } = startLambda();
    const code = {
      'index.js': `let late = 0; exports.handler = (event, context, done) => {
        setTimeout(() => { late++; }, 10);
        done(null, { get late() { return late; } }); };`,
    };
    await createFunction(client, code, { Runtime: 'nodejs22.x' });
    expect((await invoke(client)).result).toEqual({ late: 1 });
    expect((await invoke(client)).result).toEqual({ late: 2 });
    await createFunction(client, code, { FunctionName: 'modern', Runtime: 'nodejs24.x' });
    expect(await invoke(client, { name: 'modern' })).toMatchObject({
      error: 'Unhandled',
      result: { errorType: 'Runtime.CallbackHandlerDeprecated' },
    });
  });

  test('sees its own variables and those of the host, but nothing of the host process', async () => {
    const { client } = startLambda({ environment: { AWS_ENDPOINT_URL: 'http://127.0.0.1:4566', MODE: 'host' } });
    process.env['HOST_SECRET'] = 'not for functions';
    try {
      await createFunction(client, 'export const handler = async () => process.env;', {
        Environment: { Variables: { MODE: 'function', GREETING: 'hi' } },
      });
      const { result } = await invoke(client);
      expect(result).toMatchObject({
        GREETING: 'hi',
        MODE: 'function',
        AWS_ENDPOINT_URL: 'http://127.0.0.1:4566',
        AWS_REGION: 'eu-west-1',
        AWS_LAMBDA_FUNCTION_NAME: 'greeter',
        AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
        AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '128',
        AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x',
        _HANDLER: 'index.handler',
      });
      expect(result).not.toHaveProperty('HOST_SECRET');
    } finally {
      delete process.env['HOST_SECRET'];
    }
  });
});

describe('a failure', () => {
  test('of the handler is the error document of its runtime', async () => {
    const { client } = startLambda();
    await createFunction(
      client,
      `export const handler = async ({ kind }) => {
        if (kind === 'named') throw Object.assign(new Error('no stock left'), { name: 'OutOfStock' });
        if (kind === 'text') throw 'just text';
        if (kind === 'rejection') { Promise.reject(new RangeError('nobody waits')); await new Promise(() => setInterval(() => {}, 1000)); }
        if (kind === 'circle') { const it = {}; it.self = it; return it; }
        return 'fine'; };`,
    );
    const failed = async (kind: string) => invoke(client, { event: { kind } });
    expect(await failed('named')).toMatchObject({
      error: 'Unhandled',
      version: '$LATEST',
      result: { errorType: 'OutOfStock', errorMessage: 'no stock left', trace: expect.any(Array) as unknown[] },
    });
    expect((await failed('text')).result).toMatchObject({ errorType: 'string', errorMessage: 'just text' });
    expect((await failed('circle')).result).toMatchObject({ errorType: 'Runtime.MarshalError' });
    expect((await failed('rejection')).result).toMatchObject({
      errorType: 'Runtime.UnhandledPromiseRejection',
      errorMessage: 'RangeError: nobody waits',
    });
    expect((await failed('none')).result).toBe('fine');
  });

  test('to load says what is wrong with the code', async () => {
    const { client } = startLambda();
    const cases = {
      'Runtime.ImportModuleError': { 'other.mjs': echo },
      'Runtime.UserCodeSyntaxError': { 'index.mjs': 'export const = 1;' },
      'Runtime.HandlerNotFound': { 'index.mjs': 'export const main = 1;' },
      TypeError: { 'index.mjs': 'undefined.property; export const handler = 1;' },
      'Runtime.ExitError': { 'index.mjs': 'process.exit(3);' },
    };
    for (const [errorType, files] of Object.entries(cases)) {
      const FunctionName = errorType.replace('.', '-');
      await createFunction(client, files, { FunctionName });
      expect(await invoke(client, { name: FunctionName })).toMatchObject({ error: 'Unhandled', result: { errorType } });
    }
  });

  test('of the process is an exit error, and the next event gets a fresh process', async () => {
    const { client } = startLambda();
    await createFunction(
      client,
      `let seen = 0; export const handler = async ({ exit, signal }) => {
        if (exit !== undefined) process.exit(exit);
        if (signal) { process.kill(process.pid, signal); await new Promise(() => setInterval(() => {}, 1000)); }
        return ++seen; };`,
    );
    expect((await invoke(client)).result).toBe(1);
    expect((await invoke(client)).result).toBe(2);
    expect((await invoke(client, { event: { exit: 7 } })).result).toMatchObject({
      errorType: 'Runtime.ExitError',
      errorMessage: expect.stringMatching(/^RequestId: \S+ Error: Runtime exited with error: exit status 7$/) as string,
    });
    expect((await invoke(client, { event: { signal: 'SIGKILL' } })).result).toMatchObject({
      errorMessage: expect.stringContaining('signal: killed') as string,
    });
    expect((await invoke(client)).result).toBe(1);
  });

  test('to answer in time ends the process with all that it started', async () => {
    const runClock = virtualClock(Date.now());
    const lines: string[] = [];
    const { client } = startLambda({
      runClock,
      logs: { put: (_group, _stream, events) => void lines.push(...events.map((event) => event.message)) },
    });
    await createFunction(
      client,
      `import { spawn } from 'node:child_process';
       export const handler = async ({ wait }) => {
         if (!wait) return 'quick';
         const child = spawn('sleep', ['600'], { stdio: 'ignore' });
         console.log('child ' + child.pid);
         await new Promise(() => setInterval(() => {}, 1000)); };`,
      { Timeout: 2 },
    );
    const answer = invoke(client, { event: { wait: true } });
    const child = () => Number(/child (\d+)/.exec(lines.join('\n'))?.[1]);
    await until(() => child() > 0, 'the handler had started its child');
    await runClock.advance(1_999);
    await runClock.advance(1);
    expect(await answer).toMatchObject({
      error: 'Unhandled',
      result: {
        errorType: 'Sandbox.Timedout',
        errorMessage: expect.stringMatching(/^RequestId: \S+ Error: Task timed out after 2.00 seconds$/) as string,
      },
    });
    await until(() => processIdentity(child()) === undefined, 'the child was gone');
    expect((await invoke(client)).result).toBe('quick');
  });
});

describe('the log', () => {
  test('of a request comes back as its tail, and goes to the group of the function', async () => {
    const written: { group: string; stream: string; message: string }[] = [];
    const { client } = startLambda({
      logs: {
        put: (group, stream, events) => void written.push(...events.map(({ message }) => ({ group, stream, message }))),
      },
    });
    await createFunction(
      client,
      `export const handler = async ({ n }) => { console.log('a\\nb', { n }); process.stderr.write('raw ' + n + '\\n'); return n; };`,
    );
    await invoke(client, { event: { n: 1 }, tail: true });
    const { log } = await invoke(client, { event: { n: 2 }, tail: true });
    const lines = log.trimEnd().split('\n');
    expect(lines[0]).toMatch(/^START RequestId: \S+ Version: \$LATEST$/);
    expect(lines.slice(1, -2).sort()).toEqual([
      expect.stringMatching(/^\d{4}-.*Z\t[0-9a-f-]{36}\tINFO\ta\rb \{ n: 2 \}$/),
      'raw 2',
    ]);
    expect(lines.at(-2)).toMatch(/^END RequestId: /);
    expect(lines.at(-1)).toMatch(/^REPORT RequestId: .*Duration: .* ms\tBilled Duration: \d+ ms\tMemory Size: 128 MB$/);
    expect(written.map((line) => line.message)).toEqual(expect.arrayContaining([...lines, 'raw 1']));
    expect(new Set(written.map((line) => line.group))).toEqual(new Set(['/aws/lambda/greeter']));
    expect(written[0]?.stream).toMatch(/^2026\/01\/01\/\[\$LATEST\][0-9a-f]{32}$/);
  });

  test('keeps the last words of a process that died', async () => {
    const { client } = startLambda();
    await createFunction(
      client,
      `export const handler = async () => { process.stdout.write('goodbye'); process.exit(1); };`,
    );
    expect((await invoke(client, { tail: true })).log).toContain('goodbye');
  });
});

describe('an invocation', () => {
  test('that is a dry run runs nothing but finds what is not there', async () => {
    const { client } = startLambda();
    await createFunction(client, `export const handler = async () => process.exit(1);`);
    const dry = async (FunctionName: string) =>
      client.send(new InvokeCommand({ FunctionName, InvocationType: 'DryRun', Payload: '{}' }));
    expect((await dry('greeter')).StatusCode).toBe(204);
    await expect(dry('nobody')).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
    await expect(dry('greeter:live')).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
  });

  test('with no payload is an empty event, with broken JSON is refused', async () => {
    const { client } = startLambda();
    await createFunction(client, echo);
    const { Payload } = await client.send(new InvokeCommand({ FunctionName: 'greeter' }));
    expect(Payload?.transformToString()).toBe('{"event":{}}');
    await expect(
      client.send(new InvokeCommand({ FunctionName: 'greeter', Payload: '{"broken' })),
    ).rejects.toMatchObject({ name: 'InvalidRequestContentException' });
  });

  test('over the size limits is refused or fails as on Lambda', async () => {
    const { client } = startLambda();
    await createFunction(client, `export const handler = async () => 'x'.repeat(7_000_000);`);
    await expect(
      client.send(new InvokeCommand({ FunctionName: 'greeter', Payload: JSON.stringify('x'.repeat(6_300_000)) })),
    ).rejects.toMatchObject({ name: 'RequestTooLargeException' });
    expect((await invoke(client)).result).toMatchObject({ errorType: 'Function.ResponseSizeTooLarge' });
  });

  test('with a client context is refused by name', async () => {
    const { client } = startLambda();
    await createFunction(client, echo);
    await expect(
      client.send(new InvokeCommand({ FunctionName: 'greeter', ClientContext: 'e30=' })),
    ).rejects.toMatchObject({ message: expect.stringContaining('x-amz-client-context') as string });
  });
});
