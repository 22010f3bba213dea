import { createHash } from 'node:crypto';
import { readFile, stat, rm } from 'node:fs/promises';
import * as oidc from 'openid-client';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { OidcTokenVerifier } from '#adapters/oidc/token-verifier.ts';
import { openIssuerHost, type IssuerHost } from '#test/support/issuer-host.ts';

const redirectUri = 'http://127.0.0.1:49152/signed-in';
const verifier = 'v'.repeat(43);
const challenge = createHash('sha256').update(verifier).digest('base64url');

let host: IssuerHost;
beforeAll(async () => {
  host = await openIssuerHost();
});
afterAll(() => host[Symbol.asyncDispose]());

function authorizeAt(changes: Readonly<Record<string, string | undefined>> = {}): URL {
  const parameters = {
    client_id: 'dsctl-login',
    redirect_uri: redirectUri,
    response_type: 'code',
    scope: 'openid offline_access',
    state: 'st/a te',
    code_challenge: challenge,
    code_challenge_method: 'S256',
    login_hint: 'alice',
    ...changes,
  };
  const url = new URL('/oauth/authorize', host.address);
  for (const [name, value] of Object.entries(parameters)) if (value !== undefined) url.searchParams.set(name, value);
  return url;
}

const authorize = (changes?: Readonly<Record<string, string | undefined>>) =>
  fetch(authorizeAt(changes), { redirect: 'manual' });

/** What the browser is sent back with. */
async function sentBack(changes?: Readonly<Record<string, string | undefined>>): Promise<Record<string, string>> {
  const { status, headers } = await authorize(changes);
  const location = headers.get('location') ?? '';
  expect([status, location.slice(0, redirectUri.length)]).toEqual([302, redirectUri]);
  return Object.fromEntries(new URL(location).searchParams);
}

async function post(path: string, form: Readonly<Record<string, string>> | string, authorization?: string) {
  const response = await fetch(`${host.address}${path}`, {
    method: 'POST',
    headers: authorization === undefined ? {} : { authorization },
    body: new URLSearchParams(form),
  });
  return {
    status: response.status,
    headers: response.headers,
    body: (await response.json()) as Record<string, string>,
  };
}
const token = (form: Readonly<Record<string, string>> | string, authorization?: string) =>
  post('/oauth/token', form, authorization);
const basic = (id: string, secret: string): string => `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}`;

const exchange = async (changes: Readonly<Record<string, string>> = {}, code?: string) =>
  token({
    grant_type: 'authorization_code',
    client_id: 'dsctl-login',
    code: code ?? (await sentBack())['code'] ?? '',
    redirect_uri: redirectUri,
    code_verifier: verifier,
    ...changes,
  });
const refresh = (refreshToken: string | undefined) =>
  token({ grant_type: 'refresh_token', client_id: 'dsctl-login', refresh_token: refreshToken ?? '' });

const verified = (accessToken: string | undefined) =>
  new OidcTokenVerifier({
    issuer: 'urn:deployment-service:local',
    audience: 'deployment-service',
    jwksUrl: `${host.address}/.well-known/jwks.json`,
  }).verify(accessToken ?? '');

describe('a stock OpenID client', () => {
  const discover = (): Promise<oidc.Configuration> =>
    oidc.discovery(new URL(host.address), 'dsctl-login', undefined, oidc.None(), {
      execute: [oidc.allowInsecureRequests, oidc.enableNonRepudiationChecks],
    });

  test('discovers it, signs a user in, renews the token and ends the login', async () => {
    const configuration = await discover();
    const [state, nonce] = [oidc.randomState(), oidc.randomNonce()];
    const address = oidc.buildAuthorizationUrl(configuration, {
      redirect_uri: redirectUri,
      scope: 'openid profile email offline_access',
      state,
      nonce,
      code_challenge: challenge,
      code_challenge_method: 'S256',
      login_hint: 'bob',
    });
    const back = await fetch(address, { redirect: 'manual' });
    const tokens = await oidc.authorizationCodeGrant(configuration, new URL(back.headers.get('location') ?? ''), {
      pkceCodeVerifier: verifier,
      expectedState: state,
      expectedNonce: nonce,
      idTokenExpected: true,
    });
    expect(tokens.claims()).toMatchObject({ iss: host.address, sub: 'bob', name: 'Bob', email: 'bob@example.com' });
    expect(await verified(tokens.access_token)).toMatchObject({
      subject: 'bob',
      roles: ['release-engineer'],
      groups: ['my-team', 'orders-team'],
      email: 'bob@example.com',
    });
    const renewed = await oidc.refreshTokenGrant(configuration, tokens.refresh_token ?? '');
    expect(await verified(renewed.access_token)).toMatchObject({ subject: 'bob' });
    await oidc.tokenRevocation(configuration, renewed.refresh_token ?? '');
    await expect(oidc.refreshTokenGrant(configuration, renewed.refresh_token ?? '')).rejects.toMatchObject({
      error: 'invalid_grant',
    });
  });

  test('gets a token for a machine by its own secret', async () => {
    const { clients } = JSON.parse(await readFile(host.usersFile, 'utf8')) as { clients: { ci: { secret: string } } };
    for (const proof of [oidc.ClientSecretBasic(clients.ci.secret), oidc.ClientSecretPost(clients.ci.secret)]) {
      const configuration = await oidc.discovery(new URL(host.address), 'ci', undefined, proof, {
        execute: [oidc.allowInsecureRequests],
      });
      const { access_token: made, refresh_token: none } = await oidc.clientCredentialsGrant(configuration);
      expect(none).toBeUndefined();
      expect(await verified(made)).toMatchObject({ subject: 'ci', roles: ['developer'], groups: ['my-team'] });
    }
  });
});

describe('the authorization endpoint', () => {
  test('sends back a code with state and issuer when a user is named', async () => {
    expect(await sentBack()).toEqual({ code: expect.any(String) as string, state: 'st/a te', iss: host.address });
  });

  test('takes the same as a form', async () => {
    const { searchParams } = authorizeAt();
    const answer = await fetch(`${host.address}/oauth/authorize`, {
      method: 'POST',
      body: searchParams,
      redirect: 'manual',
    });
    expect(answer.status).toBe(302);
  });

  test('shows a page with every user when none is named, and its links sign in', async () => {
    const answer = await authorize({ login_hint: undefined });
    const page = await answer.text();
    expect(answer.headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
    expect(answer.headers.get('content-security-policy')).toContain("default-src 'none'");
    const links = [...page.matchAll(/href="([^"]+)"/g)].map(([, link]) => (link ?? '').replaceAll('&amp;', '&'));
    expect(links).toHaveLength(5);
    for (const user of ['alice', 'bob', 'sam', 'vera', 'pat']) expect(page).toContain(`<code>${user}</code>`);
    const chosen = await fetch(new URL(links[1] ?? '', authorizeAt()), { redirect: 'manual' });
    const code = new URL(chosen.headers.get('location') ?? '').searchParams.get('code') ?? '';
    expect(await verified((await exchange({}, code)).body['access_token'])).toMatchObject({ subject: 'bob' });
  });

  test('lets a page do nothing with what a request carries', async () => {
    const page = await (await authorize({ login_hint: undefined, state: '"><script>alert(1)</script>' })).text();
    expect(page).not.toContain('<script');
  });

  test.each([
    [{ login_hint: 'mallory' }, 'access_denied', /no user 'mallory'.*alice, bob/],
    [{ login_hint: 'toString' }, 'access_denied', /no user/],
    [{ login_hint: undefined, prompt: 'none' }, 'login_required', /login_hint/],
    [{ response_type: 'token' }, 'unsupported_response_type', /code/],
    [{ code_challenge: undefined }, 'invalid_request', /PKCE/],
    [{ code_challenge_method: 'plain' }, 'invalid_request', /S256/],
    [{ code_challenge_method: undefined }, 'invalid_request', /S256/],
    [{ code_challenge: 'short' }, 'invalid_request', /PKCE/],
  ])('sends %j back as %s', async (changes, error, reason) => {
    const told = await sentBack(changes);
    expect(told).toMatchObject({ error, state: 'st/a te', iss: host.address });
    expect(told['error_description']).toMatch(reason);
    expect(told).not.toHaveProperty('code');
  });

  test.each([
    [{ client_id: 'dsctl' }],
    [{ client_id: undefined }],
    [{ redirect_uri: undefined }],
    [{ redirect_uri: 'https://127.0.0.1:1/x' }],
    [{ redirect_uri: 'http://localhost:1/x' }],
    [{ redirect_uri: 'http://127.0.0.1.example.com/x' }],
    [{ redirect_uri: 'http://127.0.0.1@example.com/x' }],
    [{ redirect_uri: 'http://ada@127.0.0.1:1/x' }],
    [{ redirect_uri: 'http://127.0.0.1:1/x#y' }],
    [{ redirect_uri: '/signed-in' }],
    [{ redirect_uri: 'javascript:alert(1)' }],
  ])('sends nobody anywhere for %j', async (changes) => {
    const { status, headers } = await authorize(changes);
    expect([status, headers.get('location')]).toEqual([400, null]);
  });

  test('refuses a redirect_uri that is there twice', async () => {
    const twice = authorizeAt();
    twice.searchParams.append('redirect_uri', 'http://127.0.0.1:1/other');
    expect((await fetch(twice, { redirect: 'manual' })).status).toBe(400);
  });

  test.each(['http://127.0.0.1:1/x', 'http://[::1]:65535/a?b=c'])('comes back to %s', async (redirect_uri) => {
    const { headers } = await authorize({ redirect_uri });
    expect(headers.get('location')).toMatch(`${redirect_uri}${redirect_uri.includes('?') ? '&' : '?'}code=`);
  });

  test('is not reached by a name that leads here from elsewhere', async () => {
    const { request } = await import('node:http');
    const status = await new Promise((resolve) => {
      request(authorizeAt(), { headers: { host: 'rebound.example.com' } }, (answer) => {
        answer.resume();
        resolve(answer.statusCode);
      }).end();
    });
    expect(status).toBe(421);
  });
});

describe('a code', () => {
  test('is good once, and what came of it ends when it comes again', async () => {
    const { code = '' } = await sentBack();
    const first = await exchange({}, code);
    expect(first.status).toBe(200);
    const again = await exchange({}, code);
    expect([again.status, again.body['error']]).toEqual([400, 'invalid_grant']);
    expect((await refresh(first.body['refresh_token'])).body['error']).toBe('invalid_grant');
  });

  test.each([
    [{ code_verifier: 'w'.repeat(43) }, 'invalid_grant'],
    [{ redirect_uri: 'http://127.0.0.1:49153/signed-in' }, 'invalid_grant'],
    [{ code: 'made-up' }, 'invalid_grant'],
    [{ code_verifier: '' }, 'invalid_request'],
    [{ code: '' }, 'invalid_request'],
  ])('with %j is refused as %s', async (changes, error) => {
    const { status, headers, body } = await exchange(changes);
    expect([status, body['error']]).toEqual([400, error]);
    expect(headers.get('cache-control')).toBe('no-store');
  });

  test('is good for a minute', async () => {
    const { code = '' } = await sentBack();
    host.pass(60_000);
    expect((await exchange({}, code)).body['error']).toBe('invalid_grant');
  });

  test('brings an ID token for openid and a refresh token for offline_access only', async () => {
    const { code = '' } = await sentBack({ scope: 'profile' });
    const { body } = await exchange({}, code);
    expect(Object.keys(body).toSorted()).toEqual(['access_token', 'expires_in', 'scope', 'token_type']);
  });
});

describe('a refresh token', () => {
  test('is replaced with each use, and one that comes again ends the whole login', async () => {
    const first = (await exchange()).body['refresh_token'];
    const second = (await refresh(first)).body['refresh_token'];
    expect(second).not.toBe(first);
    expect((await refresh(first)).body['error']).toBe('invalid_grant');
    expect((await refresh(second)).body['error']).toBe('invalid_grant');
  });

  test('brings what the user may do now, and nothing for one who is gone', async () => {
    await host.edit(({ users }) => {
      users['dora'] = { roles: ['viewer'], groups: [] };
    });
    const { code = '' } = await sentBack({ login_hint: 'dora' });
    const first = (await exchange({}, code)).body;
    await host.edit(({ users }) => {
      users['dora'] = { roles: ['developer'], groups: ['shop'] };
    });
    const second = (await refresh(first['refresh_token'])).body;
    expect(await verified(second['access_token'])).toMatchObject({ roles: ['developer'], groups: ['shop'] });
    await host.edit(({ users }) => {
      delete users['dora'];
    });
    expect((await refresh(second['refresh_token'])).body).toMatchObject({ error: 'invalid_grant' });
  });

  test('ends after thirty days, and any other text never began', async () => {
    const kept = (await exchange()).body['refresh_token'];
    host.pass(30 * 24 * 3600 * 1000);
    expect((await refresh(kept)).body['error']).toBe('invalid_grant');
    expect((await refresh('made-up')).body['error']).toBe('invalid_grant');
  });

  test('is revoked without telling whether there was one', async () => {
    const kept = (await exchange()).body['refresh_token'] ?? '';
    for (const each of ['made-up', kept, kept]) {
      expect((await post('/oauth/revoke', { client_id: 'dsctl-login', token: each })).status).toBe(200);
    }
    expect((await refresh(kept)).body['error']).toBe('invalid_grant');
    expect((await post('/oauth/revoke', { token: kept })).status).toBe(401);
  });
});

describe('the token endpoint', () => {
  test('gives the client of this machine every role of a platform team', async () => {
    const { status, body } = await token({ grant_type: 'client_credentials' }, basic('dsctl', host.clientSecret));
    expect([status, body['token_type'], body['expires_in']]).toEqual([200, 'Bearer', 3600]);
    const roles = ['platform', 'release-engineer', 'security'];
    expect(await verified(body['access_token'])).toMatchObject({ subject: 'dsctl', roles, groups: [] });
  });

  test.each([
    undefined,
    'Basic',
    'Basic !',
    'Bearer x',
    basic('dsctl', 'wrong'),
    basic('dsctl', ''),
    basic('ci', 'wrong'),
    basic('nobody', 'secret'),
    basic('__proto__', 'secret'),
    basic('alice', ''),
    basic('dsctl%', 'x'),
  ])('answers %j with 401', async (authorization) => {
    const { status, headers, body } = await token({ grant_type: 'client_credentials' }, authorization);
    expect([status, body['error']]).toEqual([401, 'invalid_client']);
    expect(headers.get('www-authenticate')).toMatch(/^Basic/);
  });

  test('gives each client its own grants', async () => {
    const machine = basic('dsctl', host.clientSecret);
    const person = { client_id: 'dsctl-login' };
    for (const [form, authorization, error] of [
      [{ ...person, grant_type: 'client_credentials' }, undefined, 'unauthorized_client'],
      [{ grant_type: 'authorization_code', code: 'x' }, machine, 'unauthorized_client'],
      [{ grant_type: 'refresh_token', refresh_token: 'x' }, machine, 'unauthorized_client'],
      [{ ...person, grant_type: 'password', username: 'alice' }, undefined, 'unsupported_grant_type'],
      [{ ...person }, undefined, 'invalid_request'],
      ['client_id=dsctl-login&grant_type=refresh_token&grant_type=refresh_token', undefined, 'invalid_request'],
    ] as const) {
      const { status, body } = await token(form, authorization);
      expect([status, body['error']]).toEqual([400, error]);
      expect(body['error_description']).toMatch(/\w/);
    }
  });

  test('says which method does', async () => {
    const answer = await fetch(`${host.address}/oauth/token`);
    expect([answer.status, answer.headers.get('allow')]).toEqual([405, 'POST']);
  });
});

describe('the file of users', () => {
  test('is for its owner only, as is the key', async () => {
    for (const file of [host.usersFile, host.usersFile.replace('users.json', 'issuer.json')]) {
      expect((await stat(file)).mode & 0o777).toBe(0o600);
    }
  });

  test.each([
    ['{', /is not JSON/],
    ['[]', /has faults/],
    [
      '{"users":{"ada":{"roles":["develper"]}}}',
      /\/users\/ada\/roles\/0: "develper" is no role; did you mean "developer"\?/,
    ],
    ['{"users":{"Ada L":{}}}', /Ada L/],
    ['{"users":{"dsctl":{}}}', /issuer's own/],
    ['{"users":{"ada":{"role":"viewer"}}}', /role/],
    ['{"users":{"ci":{}},"clients":{"ci":{"secret":"0123456789abcdef"}}}', /\/clients\/ci: is the name of a user/],
    ['{"users":{},"clients":{"ci":{"secret":"short"}}}', /\/clients\/ci\/secret/],
  ])('that is %s is named with its fault, to people and to programs', async (content, fault) => {
    await using own = await openIssuerHost();
    await own.write(content);
    const address = authorizeAt();
    const page = await fetch(`${own.address}${address.pathname}${address.search}`, { redirect: 'manual' });
    const form = { grant_type: 'client_credentials' };
    const answer = await fetch(`${own.address}/oauth/token`, {
      method: 'POST',
      headers: { authorization: basic('ci', 'anything') },
      body: new URLSearchParams(form),
    });
    const told = (await answer.json()) as Record<string, string>;
    expect([page.status, answer.status, told['error']]).toEqual([500, 500, 'server_error']);
    expect(told['error_description']).toContain(own.usersFile);
    expect(told['error_description']).toMatch(fault);
    expect(await page.text()).toContain(own.usersFile);
    // The person at this machine is not locked out by it.
    const person = await fetch(`${own.address}/oauth/token`, {
      method: 'POST',
      headers: { authorization: basic('dsctl', own.clientSecret) },
      body: new URLSearchParams(form),
    });
    expect(person.status).toBe(200);
  });

  test('that is gone is named as well', async () => {
    await using own = await openIssuerHost();
    await rm(own.usersFile);
    const address = authorizeAt();
    const page = await fetch(`${own.address}${address.pathname}${address.search}`, { redirect: 'manual' });
    expect([page.status, await page.text()]).toEqual([500, expect.stringContaining('is gone') as string]);
  });
});
