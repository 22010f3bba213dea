import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { get } from 'node:http';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { createGreeter } from '../src/server.mjs';

/** Asks a server of its own; the answer's status and body. */
async function ask(context, path, { method = 'GET', variables = {} } = {}) {
  const server = createGreeter(variables).listen(0, '127.0.0.1');
  context.after(() => server.close());
  await once(server, 'listening');
  const answer = await fetch(`http://127.0.0.1:${server.address().port}${path}`, {
    method,
    headers: { connection: 'close' },
  });
  return { status: answer.status, body: await answer.json() };
}

describe('the service', () => {
  it('says that it is healthy', async (context) => {
    assert.deepEqual(await ask(context, '/health'), { status: 200, body: { status: 'ok' } });
  });

  it('says which commit it runs, and where', async (context) => {
    const variables = { DEPLOYMENT_COMMIT: 'abc', DEPLOYMENT_ENVIRONMENT: 'staging' };
    const { body } = await ask(context, '/', { variables });
    assert.deepEqual(body, { service: 'greeter', commit: 'abc', environment: 'staging' });
  });

  it('greets in the language of the request, or else of the environment', async (context) => {
    const variables = { GREETING_LANGUAGE: 'fr' };
    assert.deepEqual((await ask(context, '/greetings/Ada', { variables })).body, { greeting: 'Bonjour, Ada !' });
    const asked = await ask(context, '/greetings/Ada?language=de', { variables });
    assert.deepEqual(asked.body, { greeting: 'Guten Tag, Ada!' });
  });

  it('takes names as they are written', async (context) => {
    assert.deepEqual((await ask(context, '/greetings/J%C3%BCrgen')).body, { greeting: 'Hello, Jürgen!' });
    assert.deepEqual((await ask(context, '/greetings/100%25%')).body, { greeting: 'Hello, 100%25%!' });
  });

  it('knows nothing of other paths, and refuses to be written to', async (context) => {
    assert.equal((await ask(context, '/elsewhere')).status, 404);
    assert.equal((await ask(context, '/health', { method: 'POST' })).status, 405);
  });
});

describe('the program', () => {
  it('listens on PORT, and ends what it has begun when it is told to stop', async (context) => {
    const main = fileURLToPath(new URL('../src/main.mjs', import.meta.url));
    const program = spawn(process.execPath, [main], {
      env: { ...process.env, PORT: '0' },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    context.after(() => program.kill('SIGKILL'));
    const lines = [];
    program.stdout.setEncoding('utf8').on('data', (text) => lines.push(text));
    await once(program.stdout, 'data');
    const port = /port (\d+)/.exec(lines.join(''))[1];

    // Its headers are sent, its end is not: the server has a request under way.
    const request = get({ port, path: '/health', headers: { connection: 'close' } });
    const [response] = await once(request, 'response');
    program.kill('SIGTERM');
    response.resume();
    await once(response, 'end');
    const [code, signal] = await once(program, 'exit');
    assert.deepEqual([code, signal], [0, null]);
    assert.match(lines.join(''), /greeter has stopped/);
  });
});
