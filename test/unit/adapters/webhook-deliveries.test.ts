import { describe, expect, it } from 'vitest';
import { isFromGithub } from '#adapters/github/verify-delivery.ts';
import { isFromGitlab } from '#adapters/gitlab/verify-delivery.ts';
import { secretsIn } from '#adapters/secretsmanager/secrets-in.ts';

// The signature of GitHub is the example of its documentation; that of GitLab was made with openssl.
const body = Buffer.from('Hello, World!');
const nowMs = Date.parse('2026-01-01T12:00:00.000Z');

describe('a delivery of GitHub', () => {
  // The example in GitHub's documentation.
  const secret = "It's a Secret to Everybody";
  const signature = 'sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17';
  const check = (headers: Record<string, string>, bytes: Uint8Array = body, secrets: readonly string[] = [secret]) =>
    isFromGithub({ headers, body: bytes }, secrets, nowMs);

  it('proves itself by its signature, whatever the case of its digits', () => {
    expect(check({ 'x-hub-signature-256': signature })).toBe(true);
    expect(check({ 'x-hub-signature-256': signature.toUpperCase().replace('SHA', 'sha') })).toBe(true);
  });

  it('proves itself by the present and by the former secret while they change', () => {
    expect(check({ 'x-hub-signature-256': signature }, body, ['the next one', secret])).toBe(true);
    expect(check({ 'x-hub-signature-256': signature }, body, [secret, 'the last one'])).toBe(true);
  });

  it.each([
    ['no signature', {}],
    ['an empty one', { 'x-hub-signature-256': '' }],
    ['the old kind', { 'x-hub-signature': `sha1=${'0'.repeat(40)}` }],
    ['half of one', { 'x-hub-signature-256': signature.slice(0, 40) }],
    ['one without its name', { 'x-hub-signature-256': signature.slice('sha256='.length) }],
    ['one digit too many', { 'x-hub-signature-256': `${signature}0` }],
    ['another one', { 'x-hub-signature-256': signature.replace('7571', '7572') }],
  ])('is refused with %s', (_, headers) => {
    expect(check(headers)).toBe(false);
  });

  it('is refused when a byte of it is another, and when nobody has a secret', () => {
    expect(check({ 'x-hub-signature-256': signature }, Buffer.from('Hello, World?'))).toBe(false);
    expect(check({ 'x-hub-signature-256': signature }, Buffer.concat([body, Buffer.from('\n')]))).toBe(false);
    expect(check({ 'x-hub-signature-256': signature }, body, [])).toBe(false);
  });
});

describe('a delivery of GitLab', () => {
  const check = (headers: Record<string, string>, secrets: readonly string[], atMs = nowMs) =>
    isFromGitlab({ headers, body }, secrets, atMs);

  it('proves itself by its secret token', () => {
    expect(check({ 'x-gitlab-token': 'a token' }, ['another', 'a token'])).toBe(true);
    expect(check({ 'x-gitlab-token': 'a toke' }, ['a token'])).toBe(false);
    expect(check({ 'x-gitlab-token': '' }, ['a token'])).toBe(false);
    expect(check({}, ['a token'])).toBe(false);
    expect(check({ 'x-gitlab-token': 'a token' }, [])).toBe(false);
  });

  const key = 'whsec_dGVzdHRlc3R0ZXN0dGVzdHRlc3R0ZXN0dGVzdHRlc3Q=';
  const signed = {
    'webhook-id': 'msg_1',
    'webhook-timestamp': '1767268800',
    'webhook-signature': 'v1,pJay8ouyNW8mWt7iRVbAURTynRQjfHFrnpZUJsKR+7I=',
  };

  it('proves itself by its signature, also when there are several', () => {
    expect(check(signed, [key])).toBe(true);
    const several = `v1,AAAA ${signed['webhook-signature']} v2,BBBB`;
    expect(check({ ...signed, 'webhook-signature': several }, ['a token', key])).toBe(true);
  });

  it.each([
    ['another id', { ...signed, 'webhook-id': 'msg_2' }],
    ['another time', { ...signed, 'webhook-timestamp': '1767268801' }],
    ['no time', { 'webhook-id': 'msg_1', 'webhook-signature': signed['webhook-signature'] }],
    ['another version', { ...signed, 'webhook-signature': signed['webhook-signature'].replace('v1', 'v2') }],
    ['nothing in it', { ...signed, 'webhook-signature': '' }],
  ])('is refused with a signature of %s', (_, headers) => {
    expect(check(headers, [key])).toBe(false);
  });

  it('is refused when its signature is five minutes old, or as far ahead', () => {
    expect(check(signed, [key], nowMs + 299_000)).toBe(true);
    expect(check(signed, [key], nowMs + 301_000)).toBe(false);
    expect(check(signed, [key], nowMs - 301_000)).toBe(false);
  });

  it('does not take the key of signatures for a token', () => {
    expect(check({ 'x-gitlab-token': key }, [key])).toBe(false);
  });
});

describe('the text of a secret', () => {
  it.each([
    [undefined, []],
    ['one', ['one']],
    ['["new","old"]', ['new', 'old']],
    ['[not a list', ['[not a list']],
    ['[1, 2]', ['[1, 2]']],
  ])('%s holds %j', (text, secrets) => {
    expect(secretsIn(text)).toEqual(secrets);
  });
});
