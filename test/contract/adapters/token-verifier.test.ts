import { createServer } from 'node:http';
import type { webcrypto } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import { exportJWK, exportSPKI, generateKeyPair, SignJWT, UnsecuredJWT } from 'jose';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { OidcTokenVerifier } from '#adapters/oidc/token-verifier.ts';

const issuer = 'https://issuer.test';
const audience = 'deployment-service';
const own = await generateKeyPair('ES256', { extractable: true });
const rsa = await generateKeyPair('RS256', { extractable: true });
const foreign = await generateKeyPair('ES256', { extractable: true });

async function jwk(key: webcrypto.CryptoKey, kid: string, alg: string) {
  return { ...(await exportJWK(key)), kid, alg, use: 'sig' };
}

const keySet = JSON.stringify({
  keys: [await jwk(own.publicKey, 'own', 'ES256'), await jwk(rsa.publicKey, 'rsa', 'RS256')],
});

let answer = { status: 200, body: keySet };
let jwksUrl = '';
const server = createServer((_, response) => {
  response.writeHead(answer.status, { 'content-type': 'application/json' });
  response.end(answer.body);
});
beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  jwksUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/jwks`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});
beforeEach(() => {
  answer = { status: 200, body: keySet };
});

const verifier = () => new OidcTokenVerifier({ issuer, audience, jwksUrl });
const seconds = (): number => Math.floor(Date.now() / 1000);

interface TokenChange {
  readonly claims?: Readonly<Record<string, unknown>>;
  readonly alg?: string;
  readonly kid?: string;
  readonly key?: webcrypto.CryptoKey | Uint8Array;
}

async function token({ claims = {}, alg = 'ES256', kid = 'own', key = own.privateKey }: TokenChange = {}) {
  const payload = { iss: issuer, aud: audience, sub: 'ada', exp: seconds() + 60, roles: ['viewer'], ...claims };
  const present = Object.entries(payload).filter(([, value]) => value !== undefined);
  return new SignJWT(Object.fromEntries(present)).setProtectedHeader({ alg, kid }).sign(key);
}

describe('a token', () => {
  test('of the issuer for us gives its subject, its roles and when it ends', async () => {
    const exp = seconds() + 90;
    const told = { subject: 'ada', roles: ['viewer'], groups: [], expiresAt: exp };
    expect(await verifier().verify(await token({ claims: { exp } }))).toEqual(told);
    expect(await verifier().verify(await token({ alg: 'RS256', kid: 'rsa', key: rsa.privateKey }))).toBeDefined();
    const several = await token({ claims: { aud: ['another', audience] } });
    expect(await verifier().verify(several)).toBeDefined();
    const none = await token({ claims: { roles: undefined } });
    expect(await verifier().verify(none)).toMatchObject({ subject: 'ada', roles: [] });
  });

  test('gives the groups that it names', async () => {
    const made = await token({ claims: { groups: ['shop', 'the night shift'] } });
    expect(await verifier().verify(made)).toMatchObject({ groups: ['shop', 'the night shift'] });
  });

  test.each([
    [{ email: 'ada@example.com' }, 'ada@example.com'],
    [{ email: 'ada@example.com', email_verified: true }, 'ada@example.com'],
    [{ email: 'ada@example.com', email_verified: false }, undefined],
    [{ email: 'ada@example.com', email_verified: 'false' }, undefined],
    [{ email: 'ada' }, undefined],
    [{ email: ['ada@example.com'] }, undefined],
    [{}, undefined],
  ])('with %j gives the address %s', async (claims, email) => {
    const told = await verifier().verify(await token({ claims }));
    expect(told?.subject).toBe('ada');
    expect(told?.email).toBe(email);
  });

  test.each<{ readonly what: string; readonly change: () => TokenChange | Promise<TokenChange> }>([
    { what: 'that has expired', change: () => ({ claims: { exp: seconds() - 1 } }) },
    { what: 'that never expires', change: () => ({ claims: { exp: undefined } }) },
    { what: 'that is not valid yet', change: () => ({ claims: { nbf: seconds() + 60 } }) },
    { what: 'of another issuer', change: () => ({ claims: { iss: 'https://other.test' } }) },
    { what: 'of no issuer', change: () => ({ claims: { iss: undefined } }) },
    { what: 'for somebody else', change: () => ({ claims: { aud: 'another-service' } }) },
    { what: 'for nobody', change: () => ({ claims: { aud: undefined } }) },
    { what: 'without a subject', change: () => ({ claims: { sub: undefined } }) },
    { what: 'with an empty subject', change: () => ({ claims: { sub: '' } }) },
    { what: 'whose roles are no list', change: () => ({ claims: { roles: 'platform' } }) },
    { what: 'whose roles are not words', change: () => ({ claims: { roles: [1] } }) },
    { what: 'whose groups are no list', change: () => ({ claims: { groups: 'shop' } }) },
    { what: 'whose groups are not words', change: () => ({ claims: { groups: [null] } }) },
    { what: 'signed with a foreign key under our key id', change: () => ({ key: foreign.privateKey }) },
    { what: 'signed with a key that nobody published', change: () => ({ key: foreign.privateKey, kid: 'new' }) },
    {
      what: 'made with the public key as a shared secret',
      change: async () => ({ alg: 'HS256', key: Buffer.from(await exportSPKI(own.publicKey)) }),
    },
    { what: 'in an algorithm that we do not take', change: () => ({ alg: 'PS256', kid: 'rsa', key: rsa.privateKey }) },
  ])('$what is nothing', async ({ change }) => {
    const { alg, key, ...rest } = await change();
    const signing = alg === 'PS256' ? await pssKey() : key;
    const made = await token({ ...rest, ...(alg !== undefined && { alg }), ...(signing && { key: signing }) });
    expect(await verifier().verify(made)).toBeUndefined();
  });

  test('without a signature is nothing', async () => {
    const unsigned = new UnsecuredJWT({ roles: ['platform'] })
      .setSubject('eve')
      .setIssuer(issuer)
      .setAudience(audience)
      .setExpirationTime('1h')
      .encode();
    expect(await verifier().verify(unsigned)).toBeUndefined();
    const [head, body] = (await token()).split('.');
    expect(await verifier().verify(`${head}.${body}.`)).toBeUndefined();
  });

  test('whose claims were changed is nothing', async () => {
    const [head, , signature] = (await token()).split('.');
    const body = Buffer.from(JSON.stringify({ iss: issuer, aud: audience, sub: 'eve', exp: seconds() + 60 }));
    expect(await verifier().verify(`${head}.${body.toString('base64url')}.${signature}`)).toBeUndefined();
  });

  test.each(['', 'x', 'a.b.c', '..', '☃.☃.☃'])('that is %j is nothing', async (text) => {
    expect(await verifier().verify(text)).toBeUndefined();
  });
});

describe('keys that cannot be had', () => {
  test.each([
    { what: 'the issuer fails', failing: { status: 503, body: 'down' } },
    { what: 'the issuer answers a page', failing: { status: 200, body: '<html></html>' } },
    { what: 'the issuer answers other JSON', failing: { status: 200, body: '{"error":"no"}' } },
  ])('are our trouble and not the caller’s: $what', async ({ failing }) => {
    answer = failing;
    const own = verifier();
    await expect(own.verify(await token())).rejects.toThrow();
    answer = { status: 200, body: keySet };
    expect(await own.verify(await token())).toMatchObject({ subject: 'ada' });
  });

  test('are our trouble when nobody listens', async () => {
    const nowhere = new OidcTokenVerifier({ issuer, audience, jwksUrl: 'http://127.0.0.1:1/jwks' });
    await expect(nowhere.verify(await token())).rejects.toThrow();
  });
});

/** The RSA key once more, for the padding that is not taken. */
async function pssKey(): Promise<webcrypto.CryptoKey> {
  const jwk = await exportJWK(rsa.privateKey);
  return crypto.subtle.importKey('jwk', { ...jwk, alg: 'PS256' }, { name: 'RSA-PSS', hash: 'SHA-256' }, false, [
    'sign',
  ]);
}
