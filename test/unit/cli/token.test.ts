import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openSession } from '../../../cli/session.ts';
import { runDsctl } from '../../../cli/main.ts';
import { tokenSource } from '../../../cli/token.ts';
import { givenContext, givenDirectory, json, type Route } from './given-context.ts';

const credentials = {
  issuer: 'http://id.test',
  tokenUrl: 'http://id.test/oauth/token',
  clientId: 'dsctl:1',
  clientSecret: 's%cret',
};

/** A directory with credentials at its top, and a directory somewhere below. */
async function givenCredentials(content: object | string = credentials) {
  const directory = await givenDirectory();
  await mkdir(join(directory.path, '.local'));
  await mkdir(join(directory.path, 'a/b'), { recursive: true });
  const file = join(directory.path, '.local/credentials.json');
  await writeFile(file, typeof content === 'string' ? content : JSON.stringify(content));
  return { ...directory, file, below: join(directory.path, 'a/b') };
}

const noToken = { DEPLOYMENT_SERVICE_TOKEN: '' };

describe('a token', () => {
  it('of the environment is used as it is', async () => {
    const { context, requests } = givenContext({ env: { DEPLOYMENT_SERVICE_TOKEN: 'given' } });
    expect(await tokenSource(context)()).toBe('given');
    expect(requests).toEqual([]);
  });

  it('is granted for the nearest credentials upwards, and kept until shortly before it ends', async () => {
    await using directory = await givenCredentials();
    const inits: RequestInit[] = [];
    const grant: Route = ({ init }) => {
      inits.push(init);
      return json({ access_token: `token-${inits.length}`, expires_in: 100 });
    };
    const { context } = givenContext({
      cwd: directory.below,
      env: noToken,
      routes: { 'POST /oauth/token': grant },
    });
    const token = tokenSource(context);
    expect([await token(), await token()]).toEqual(['token-1', 'token-1']);
    await context.pause(69_000);
    expect(await token()).toBe('token-1');
    await context.pause(2000);
    expect(await token()).toBe('token-2');
    expect(inits[0]).toMatchObject({
      body: 'grant_type=client_credentials',
      headers: {
        'content-type': 'application/x-www-form-urlencoded',
        authorization: `Basic ${Buffer.from('dsctl%3A1:s%25cret').toString('base64')}`,
      },
    });
  });

  it('is granted for the file that the environment names', async () => {
    await using directory = await givenCredentials();
    const { context } = givenContext({
      env: { ...noToken, DEPLOYMENT_SERVICE_CREDENTIALS: directory.file },
      routes: { 'POST /oauth/token': () => json({ access_token: 'x' }) },
    });
    expect(await tokenSource(context)()).toBe('x');
  });

  it('that is refused exits with 4 and names the file', async () => {
    await using directory = await givenCredentials();
    const { context, text } = givenContext({
      cwd: directory.path,
      env: noToken,
      routes: { 'POST /oauth/token': () => json({ error: 'invalid_client' }, 401) },
    });
    expect(await runDsctl(['list'], context)).toBe(4);
    expect(text.err).toContain('gives no token (status 401): invalid_client');
    expect(text.err).toContain(directory.file);
  });

  it('endpoint that does not answer exits with 3', async () => {
    await using directory = await givenCredentials();
    const { context, text } = givenContext({ cwd: directory.path, env: noToken });
    expect(await runDsctl(['list'], context)).toBe(3);
    expect(text.err).toContain('No answer from http://id.test/oauth/token');
  });
});

describe('credentials', () => {
  it('that are nowhere are wrong use, but health needs none', async () => {
    await using directory = await givenDirectory();
    const health = { status: 'ok', table: 'ok', runner: { status: 'ok' }, queueDepth: 0 };
    const { context, text } = givenContext({
      cwd: directory.path,
      env: noToken,
      routes: { 'GET /v1/health': () => json(health) },
    });
    expect(await runDsctl(['list'], context)).toBe(2);
    expect(text.err).toContain('There are no credentials');
    expect(await runDsctl(['health'], context)).toBe(0);
  });

  it('named but not there, or not to be read, are wrong use; the secret is never shown', async () => {
    const named = givenContext({ env: { ...noToken, DEPLOYMENT_SERVICE_CREDENTIALS: '/no/such/file' } });
    expect(await runDsctl(['list'], named.context)).toBe(2);
    expect(named.text.err).toContain('/no/such/file');

    await using directory = await givenCredentials('{"clientSecret":"hush"');
    const broken = givenContext({ cwd: directory.path, env: noToken });
    expect(await runDsctl(['list'], broken.context)).toBe(2);
    expect(broken.text.err).toContain('is not a credentials file');
    expect(broken.text.err).not.toContain('hush');
  });

  it('say where the service is when nobody else does', async () => {
    await using directory = await givenCredentials({ ...credentials, apiUrl: 'http://127.0.0.1:3001' });
    const addressOf = async (env: Record<string, string>, api?: string) => {
      const { context } = givenContext({ cwd: directory.path, env });
      return (await openSession(context, api === undefined ? {} : { api })).client.baseUrl;
    };
    expect(await addressOf({ DEPLOYMENT_SERVICE_URL: '' })).toBe('http://127.0.0.1:3001');
    expect(await addressOf({ DEPLOYMENT_SERVICE_URL: 'http://env.test' })).toBe('http://env.test');
    expect(await addressOf({ DEPLOYMENT_SERVICE_URL: 'http://env.test' }, 'http://flag.test/')).toBe(
      'http://flag.test',
    );
  });

  it('apart, the service is on this machine', async () => {
    await using directory = await givenDirectory();
    const { context } = givenContext({ cwd: directory.path, env: { DEPLOYMENT_SERVICE_URL: '' } });
    expect((await openSession(context, {})).client.baseUrl).toBe('http://127.0.0.1:3000');
  });
});
