import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openIssuerHost, type IssuerHost } from '#test/support/issuer-host.ts';
import type { CliContext } from '../../../cli/context.ts';
import { runDsctl } from '../../../cli/main.ts';
import { tokenSource } from '../../../cli/token.ts';
import { givenContext, givenDirectory, problem } from './given-context.ts';

const api = 'http://api.test';

/** A person at a machine: a home of their own, a real issuer, and time that can pass. */
async function givenPerson(host: IssuerHost) {
  const directory = await givenDirectory();
  let offsetMs = 0;
  const person = (env: Readonly<Record<string, string>> = {}, changes: Partial<CliContext> = {}) => {
    const given = givenContext({
      cwd: directory.path,
      env: { DEPLOYMENT_SERVICE_TOKEN: '', HOME: directory.path, DEPLOYMENT_SERVICE_ISSUER: host.address, ...env },
    });
    const context: CliContext = {
      ...given.context,
      fetch: globalThis.fetch,
      now: () => Date.now() + offsetMs,
      pause: (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds)),
      ...changes,
    };
    return { ...given, context };
  };
  return {
    person,
    home: directory.path,
    file: join(directory.path, '.config/dsctl/logins.json'),
    pass: (milliseconds: number) => void (offsetMs += milliseconds),
    [Symbol.asyncDispose]: () => directory[Symbol.asyncDispose](),
  };
}

function subjectOf(token: string): unknown {
  return (JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as { sub: unknown }).sub;
}

describe('dsctl login', () => {
  it('as a user signs in by itself, and keeps the tokens for that user alone', async () => {
    await using host = await openIssuerHost();
    await using given = await givenPerson(host);
    const { context, text } = given.person();
    expect(await runDsctl(['login', '--as', 'alice'], context)).toBe(0);
    expect(text).toEqual({ out: '✓ Signed in at http://api.test as alice\n', err: '' });
    expect((await stat(given.file)).mode & 0o777).toBe(0o600);
    expect((await stat(join(given.home, '.config/dsctl'))).mode & 0o777).toBe(0o700);
    expect(subjectOf(await tokenSource(context, api)())).toBe('alice');
    // The same service, however its address is written, and no other.
    expect(subjectOf(await tokenSource(context, `${api}/`)())).toBe('alice');
    await expect(tokenSource(context, 'http://other.test')()).rejects.toThrow('There are no credentials');
  });

  it('with a browser opens it, says the address, and waits for it to come back', async () => {
    await using host = await openIssuerHost();
    await using given = await givenPerson(host);
    const opened: string[] = [];
    const answers: Promise<string>[] = [];
    const browse = (address: string): void => {
      opened.push(address);
      // What the person does: the page of users, and a click.
      const chosen = new URL(address);
      chosen.searchParams.set('login_hint', 'bob');
      answers.push(fetch(chosen).then((answer) => answer.text()));
    };
    const { context, text } = given.person({}, { browse });
    expect(await runDsctl(['login', '--json'], context)).toBe(0);
    expect(JSON.parse(text.out)).toEqual({
      api,
      issuer: host.address,
      subject: 'bob',
      roles: ['release-engineer'],
      groups: ['my-team', 'orders-team'],
    });
    expect(text.err).toContain(opened[0]);
    expect(await answers[0]).toContain('You are signed in');
  });

  it('takes no answer that it did not ask for', async () => {
    await using host = await openIssuerHost();
    await using given = await givenPerson(host);
    const statuses: number[] = [];
    const browse = (address: string): void => {
      const chosen = new URL(address);
      chosen.searchParams.set('login_hint', 'alice');
      const back = new URL(chosen.searchParams.get('redirect_uri') ?? '');
      const forged = `${back.href}?code=stolen&state=another`;
      void fetch(forged)
        .then(({ status }) => statuses.push(status))
        .then(() => fetch(chosen));
    };
    const { context } = given.person({}, { browse });
    expect(await runDsctl(['login'], context)).toBe(0);
    expect(statuses).toEqual([404]);
    expect(subjectOf(await tokenSource(context, api)())).toBe('alice');
  });

  it('ends with Ctrl-C while nobody has signed in, and keeps nothing', async () => {
    await using host = await openIssuerHost();
    await using given = await givenPerson(host);
    const person = given.person({}, { browse: () => setTimeout(() => person.interrupt(), 20) });
    expect(await runDsctl(['login'], person.context)).toBe(130);
    expect(person.held()).toBe(0);
    await expect(stat(given.file)).rejects.toThrow('ENOENT');
  });

  it.each([
    ['somebody the issuer does not know', ['--as', 'mallory'], 4, "no user 'mallory'"],
    ['a client the issuer does not know', ['--as', 'alice', '--client-id', 'other'], 4, 'without asking'],
    ['an issuer in the clear', ['--issuer', 'http://login.example.com'], 2, 'is not the address of an issuer'],
    ['an issuer that is no address', ['--issuer', 'login'], 2, 'is not the address of an issuer'],
    ['an issuer where nobody answers', ['--issuer', 'http://127.0.0.1:1'], 3, 'No answer from http://127.0.0.1:1/'],
  ])('as %s is told apart by its exit code', async (_, argv, code, message) => {
    await using host = await openIssuerHost();
    await using given = await givenPerson(host);
    const { context, text } = given.person();
    expect(await runDsctl(['login', ...argv], context)).toBe(code);
    expect(text.err).toContain(message);
  });

  it('refuses an issuer that calls itself something else', async () => {
    await using host = await openIssuerHost();
    await using given = await givenPerson(host);
    const { context, text } = given.person();
    const other = host.address.replace('127.0.0.1', 'localhost');
    expect(await runDsctl(['login', '--issuer', other, '--as', 'alice'], context)).toBe(4);
    expect(text.err).toContain('as it calls itself');
  });

  it('keeps its file where XDG_CONFIG_HOME says, when that is a whole path, and nowhere without a home', async () => {
    await using host = await openIssuerHost();
    await using given = await givenPerson(host);
    const moved = given.person({ XDG_CONFIG_HOME: join(given.home, 'xdg') });
    expect(await runDsctl(['login', '--as', 'sam'], moved.context)).toBe(0);
    expect(await readFile(join(given.home, 'xdg/dsctl/logins.json'), 'utf8')).toContain(host.address);
    await expect(stat(given.file)).rejects.toThrow('ENOENT');
    expect(await runDsctl(['login', '--as', 'sam'], given.person({ XDG_CONFIG_HOME: 'xdg' }).context)).toBe(0);
    expect((await stat(given.file)).isFile()).toBe(true);
    const homeless = given.person({ HOME: '' });
    expect(await runDsctl(['login', '--as', 'sam'], homeless.context)).toBe(2);
    expect(homeless.text.err).toContain('neither XDG_CONFIG_HOME nor HOME');
  });
});

describe('a login', () => {
  const signedIn = async (host: IssuerHost) => {
    const given = await givenPerson(host);
    await runDsctl(['login', '--as', 'alice'], given.person().context);
    return given;
  };
  const hourMs = 3_600_000;

  it('is renewed shortly before it ends, and by one of many at once', async () => {
    await using host = await openIssuerHost();
    await using given = await signedIn(host);
    const first = await tokenSource(given.person().context, api)();
    given.pass(hourMs - 31_000);
    expect(await tokenSource(given.person().context, api)()).toBe(first);
    given.pass(2000);
    const before = host.requests.length;
    const tokens = await Promise.all(Array.from({ length: 8 }, () => tokenSource(given.person().context, api)()));
    expect(new Set(tokens).size).toBe(1);
    expect(tokens[0]).not.toBe(first);
    expect(host.requests.slice(before).filter((request) => request === 'POST /oauth/token')).toHaveLength(1);
    expect((await stat(given.file)).mode & 0o777).toBe(0o600);
  });

  it('that cannot be renewed is over: nobody else’s credentials stand in', async () => {
    await using host = await openIssuerHost();
    await using given = await signedIn(host);
    await host.edit(({ users }) => {
      delete users['alice'];
    });
    given.pass(hourMs);
    const { context, text } = given.person();
    expect(await runDsctl(['list'], context)).toBe(4);
    expect(text.err).toContain('There is no user "alice" any more');
    expect(text.err).toContain('dsctl login');
  });

  it('without a refresh token ends with its access token', async () => {
    await using host = await openIssuerHost();
    await using given = await givenPerson(host);
    await runDsctl(['login', '--as', 'alice', '--scope', 'openid'], given.person().context);
    given.pass(hourMs);
    await expect(tokenSource(given.person().context, api)()).rejects.toThrow('Your login at http://api.test has ended');
  });

  it('counts less than what the environment says, and more than credentials that lie around', async () => {
    await using host = await openIssuerHost();
    await using given = await signedIn(host);
    const credentials = {
      issuer: host.address,
      tokenUrl: `${host.address}/oauth/token`,
      clientId: 'dsctl',
      clientSecret: host.clientSecret,
    };
    const { mkdir } = await import('node:fs/promises');
    await mkdir(join(given.home, '.local'));
    const file = join(given.home, '.local/credentials.json');
    await writeFile(file, JSON.stringify(credentials));
    const subjectWith = async (env: Readonly<Record<string, string>>) => {
      const silent = () => Promise.reject(new TypeError('fetch failed'));
      const isHandedOver = env['DEPLOYMENT_SERVICE_TOKEN'] !== undefined;
      const { context, text } = given.person(env, isHandedOver ? { fetch: silent } : {});
      await runDsctl(['whoami', '--json'], context);
      return JSON.parse(text.out) as { subject?: string; from: { kind: string } };
    };
    expect(await subjectWith({})).toMatchObject({ subject: 'alice', from: { kind: 'login', file: given.file } });
    expect(await subjectWith({ DEPLOYMENT_SERVICE_CREDENTIALS: file })).toMatchObject({ subject: 'dsctl' });
    expect(await subjectWith({ DEPLOYMENT_SERVICE_TOKEN: 'opaque' })).toMatchObject({ from: { kind: 'variable' } });
    await runDsctl(['logout'], given.person().context);
    expect(await subjectWith({})).toMatchObject({ subject: 'dsctl', from: { kind: 'credentials', file } });
  });

  it('in a file that is none is wrong use, and what is in it is not shown', async () => {
    await using host = await openIssuerHost();
    await using given = await signedIn(host);
    await writeFile(given.file, '{"logins":{"http://api.test":{"accessToken":"hush"');
    for (const argv of [['list'], ['login', '--as', 'alice'], ['whoami']]) {
      const { context, text } = given.person();
      expect(await runDsctl(argv, context)).toBe(2);
      expect(text.err).toContain(given.file);
      expect(text.err).not.toContain('hush');
    }
  });
});

describe('dsctl logout', () => {
  it('forgets the login here and at the issuer', async () => {
    await using host = await openIssuerHost();
    await using given = await givenPerson(host);
    await runDsctl(['login', '--as', 'alice'], given.person().context);
    const { context, text } = given.person();
    expect(await runDsctl(['logout', '--json'], context)).toBe(0);
    expect(JSON.parse(text.out)).toEqual({ api, signedOut: true, endedAtIssuer: true });
    expect(host.requests.at(-1)).toBe('POST /oauth/revoke');
    expect(JSON.parse(await readFile(given.file, 'utf8'))).toEqual({ logins: {} });
    const again = given.person();
    expect(await runDsctl(['logout'], again.context)).toBe(0);
    expect(again.text.out).toBe('There is no login at http://api.test.\n');
  });

  it('forgets it here also when the issuer is away, and says so', async () => {
    await using given = await (async () => {
      await using host = await openIssuerHost();
      const person = await givenPerson(host);
      await runDsctl(['login', '--as', 'alice'], person.person().context);
      return person;
    })();
    const { context, text } = given.person();
    expect(await runDsctl(['logout'], context)).toBe(0);
    expect(text.out).toMatch(/^✓ Signed out at http:\/\/api\.test\n {2}http:\/\/127\.0\.0\.1:\d+ was not told/);
    expect(JSON.parse(await readFile(given.file, 'utf8'))).toEqual({ logins: {} });
  });
});

describe('dsctl whoami', () => {
  it('says who, by which token, and what that may do', async () => {
    await using host = await openIssuerHost();
    await using given = await givenPerson(host);
    await runDsctl(['login', '--as', 'alice'], given.person().context);
    const { context, text } = given.person();
    expect(await runDsctl(['whoami'], context)).toBe(0);
    const [head, ...rows] = text.out.split('\n');
    expect(head).toBe('alice <alice@example.com> at http://api.test');
    expect(rows.join('\n')).toMatch(/token +dsctl login with http/);
    expect(rows.join('\n')).toMatch(/roles +developer\n +groups +my-team, orders-team\n/);
    expect(rows.join('\n')).toMatch(/may +deployment:read, deployment:trigger\n/);
  });

  it('says what it cannot read, and shows no control characters of a token', async () => {
    const routes = { 'GET /v1/deployments': () => problem(403, 'permission_denied') };
    const opaque = givenContext({ env: { DEPLOYMENT_SERVICE_TOKEN: 'opaque' }, routes });
    expect(await runDsctl(['whoami'], opaque.context)).toBe(0);
    expect(opaque.text.out).toContain('somebody whose token only the service can read');
    const claims = Buffer.from(JSON.stringify({ sub: 'eve\u001B[2J', exp: 1 })).toString('base64url');
    const odd = givenContext({ env: { DEPLOYMENT_SERVICE_TOKEN: `a.${claims}.b` }, routes });
    expect(await runDsctl(['whoami'], odd.context)).toBe(0);
    expect(odd.text.out).not.toContain('\u001B');
    expect(odd.text.out).toContain('1970-01-01T00:00:01.000Z, which is over');
    expect(odd.text.out).toMatch(/groups +none\n.*\n +on +no service, as there is no group/);
  });

  it('has the service look at a token that was handed over', async () => {
    const routes = { 'GET /v1/deployments': () => problem(401, 'unauthenticated') };
    const bad = givenContext({ routes });
    expect(await runDsctl(['whoami'], bad.context)).toBe(4);
    expect(bad.text.out).toBe('');
    expect(bad.text.err).toContain('It is unauthenticated.');
    expect(bad.requests).toEqual(['GET /v1/deployments?limit=1']);
    const away = givenContext();
    expect(await runDsctl(['whoami'], away.context)).toBe(0);
    expect(away.text.err).toBe('The service does not answer; whether it takes the token is not known.\n');
  });
});
