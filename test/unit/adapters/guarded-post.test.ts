import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { guardedPost } from '#adapters/http/guarded-post.ts';
import { hostList, isListed } from '#adapters/http/host-list.ts';
import { isPrivateAddress } from '#adapters/http/private-address.ts';

describe('an address', () => {
  test.each([
    '0.0.0.0',
    '10.1.2.3',
    '100.64.0.1',
    '127.0.0.1',
    '169.254.169.254',
    '172.31.255.255',
    '192.168.1.1',
    '198.18.0.1',
    '224.0.0.1',
    '255.255.255.255',
    '::',
    '::1',
    '::ffff:127.0.0.1',
    '::ffff:8.8.8.8',
    'fe80::1',
    'fc00::1',
    'fd00:ec2::254',
    'ff02::1',
    '64:ff9b::7f00:1',
    '2002:7f00:1::',
    '2001:db8::1',
    'no address',
  ])('%s is private', (address) => {
    expect(isPrivateAddress(address)).toBe(true);
  });
  test.each(['8.8.8.8', '172.32.0.1', '52.1.2.3', '2606:4700::1111'])('%s is public', (address) => {
    expect(isPrivateAddress(address)).toBe(false);
  });
});

describe('the list of hosts', () => {
  const hosts = hostList('hooks.slack.com, *.example.com,chat.example.org:8443,127.0.0.1:*');
  test.each([
    ['https://hooks.slack.com/services/x', true],
    ['https://HOOKS.slack.com/x', true],
    ['https://hooks.slack.com:8443/x', false],
    ['https://hooks.slack.com.evil.example/x', false],
    ['https://evilhooks.slack.com/x', false],
    ['https://a.example.com/', true],
    ['https://a.b.example.com/', true],
    ['https://example.com/', false],
    ['https://notexample.com/', false],
    ['https://chat.example.org:8443/', true],
    ['https://chat.example.org/', false],
    ['http://127.0.0.1:8123/', true],
  ])('%s: %s', (url, listed) => {
    expect(isListed(hosts, new URL(url))).toBe(listed);
  });
});

describe('a post to an address that somebody else chose', () => {
  let server: Server;
  let port = 0;
  const received: unknown[] = [];
  beforeAll(async () => {
    server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        received.push({ url: request.url, body: JSON.parse(Buffer.concat(chunks).toString()) as unknown });
        if (request.url === '/moved') response.writeHead(307, { location: '/there' });
        if (request.url === '/busy') response.writeHead(429, { 'retry-after': '7' });
        response.end('{}');
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    port = (server.address() as AddressInfo).port;
  });
  beforeEach(() => received.splice(0));
  afterAll(() => new Promise((resolve) => server.close(resolve)));

  const closed = { open: hostList('localhost:*,127.0.0.1:*,hooks.slack.com'), private: [] };
  const own = { open: [], private: hostList('127.0.0.1:*') };
  const at = (path: string, host = '127.0.0.1', scheme = 'http') => `${scheme}://${host}:${port}${path}`;

  test.each([
    ['no url', 'it is no URL'],
    ['http://hooks.slack.com/x', 'it is not an https URL'],
    ['file:///etc/passwd', 'it is not an https URL'],
    ['https://elsewhere.example/x', 'its host is not on the list of hosts'],
    ['https://user:secret@hooks.slack.com/x', 'it names a user'],
  ])('is not made to %s', async (address, reason) => {
    expect(await guardedPost(address, {}, closed)).toEqual({ kind: 'forbidden', reason });
  });

  test('is not made to a private address, even of a listed host', async () => {
    const literal = await guardedPost(at('/', '127.0.0.1', 'https'), {}, closed);
    expect(literal).toEqual({ kind: 'forbidden', reason: 'its address is a private one' });
    const named = await guardedPost(at('/', 'localhost', 'https'), {}, closed);
    expect(named).toEqual({ kind: 'forbidden', reason: 'its name leads to a private address' });
    expect(received).toEqual([]);
  });

  test("reaches a host of one's own machine where that is allowed", async () => {
    expect(await guardedPost(at('/x'), { text: 'hello' }, own)).toMatchObject({ kind: 'answer', status: 200 });
    expect(received).toEqual([{ url: '/x', body: { text: 'hello' } }]);
  });

  test('follows no redirect', async () => {
    expect(await guardedPost(at('/moved'), {}, own)).toMatchObject({ status: 307 });
    expect(received).toHaveLength(1);
  });

  test('says how long the receiver wants to be left alone', async () => {
    expect(await guardedPost(at('/busy'), {}, own)).toEqual({ kind: 'answer', status: 429, retryAfterSeconds: 7 });
  });
});
