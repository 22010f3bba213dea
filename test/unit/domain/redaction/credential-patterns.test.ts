import { describe, expect, it } from 'vitest';
import { createRedactor } from '#domain/redaction/redactor.ts';

const { redact, stream } = createRedactor();
// Put together here, so that this file is no finding of a scanner.
const letters = 'abcdefghijklmnopqrstuvwxyz0123456789';
const key = ['-----BEGIN RSA PRIVATE', 'KEY-----'].join(' ');
const endOfKey = ['-----END RSA PRIVATE', 'KEY-----'].join(' ');
const jwt = `eyJ${letters}.eyJ${letters}.${letters}`;

describe('what looks like a credential is hidden', () => {
  it.each([
    ['an AWS key id', `id AKIA${'Q'.repeat(16)}, region`, 'id ***, region'],
    [
      'an AWS secret key in an assignment',
      `aws_secret_access_key = "${'aB3/'.repeat(10)}"`,
      'aws_secret_access_key = "***"',
    ],
    ['an AWS secret key in JSON', `{"SecretAccessKey":"${'aB3+'.repeat(10)}"}`, '{"SecretAccessKey":"***"}'],
    ['a GitHub token', `git clone with ghp_${letters} failed`, 'git clone with *** failed'],
    ['a fine-grained GitHub token', `github_pat_${letters}_x`, '***'],
    ['a GitLab token', `glpat-${letters}`, '***'],
    ['a Slack token', `xoxb-123456789012-${letters}`, '***'],
    [
      'a Slack webhook',
      `POST https://hooks.slack.com/services/T000/B000/${letters}`,
      'POST https://hooks.slack.com/services/***',
    ],
    ['an npm token', `//registry.npmjs.org/:_authToken=npm_${letters}`, '//registry.npmjs.org/:_authToken=***'],
    ['a Stripe key', `use sk_live_${letters}`, 'use ***'],
    ['a Google API key', `key=AIza${letters}`, 'key=***'],
    ['a JSON web token', `got ${jwt}, expired`, 'got ***, expired'],
    ['a token after an escaped line break', String.raw`"a\nsk_live_${letters}"`, String.raw`"a\n***"`],
    ['a token that is part of a URL', `?x=%3DAKIA${'Q'.repeat(16)}`, '?x=%3D***'],
    ['a bearer header', 'Authorization: Bearer abc.def', 'Authorization: Bearer ***'],
    ['a basic header as JSON', '{"authorization":"Basic dXNlcjpwYXNz"}', '{"authorization":"Basic ***"}'],
    ['a bearer token without its header', `curl -H 'bearer ${letters}'`, "curl -H 'bearer ***'"],
    ['a password in an address', 'postgres://app:s3cr3t!@db:5432/x', 'postgres://app:***@db:5432/x'],
    ['a variable', 'DB_PASSWORD=hunter2', 'DB_PASSWORD=***'],
    ['a parameter', '?user=x&token=abc123&y=1', '?user=x&token=***&y=1'],
    ['a setting in YAML', 'clientSecret: hunter2hunter2', 'clientSecret: ***'],
    ['a quoted text with blanks', `secret: 'correct horse'`, `secret: '***'`],
    ['JSON in JSON', String.raw`"{\"password\":\"hunter2\"}"`, String.raw`"{\"password\":\"***\"}"`],
    ['an option', 'mysql --password hunter2 -e x', 'mysql --password *** -e x'],
  ])('%s', (_, text, shown) => {
    expect(redact(text)).toBe(shown);
    expect(redact(shown)).toBe(shown);
  });

  it('a private key, line by line', () => {
    expect(redact(`${key}\r\nMIIE\r\nabc+/=\r\n${endOfKey}\r\nafter`)).toBe('***\r\n***\r\n***\r\n***\r\nafter');
  });

  it('a private key in one line', () => {
    expect(redact(String.raw`key: "${key}\nMIIE\n${endOfKey}\n", next`)).toBe(String.raw`key: "***\n", next`);
  });

  it('a token that a program has folded', () => {
    expect(redact(`ghp_${letters.slice(0, 10)}\n${letters.slice(10)}\nnext`)).toBe('***\n***\nnext');
    const folded = jwt.replaceAll(/.{20}/g, '$&\n');
    expect(redact(folded).replaceAll(/[\n*]/g, '')).toBe('');
  });

  it('a token that comes letter by letter', () => {
    const pieces = stream();
    const out =
      `see ghp_${letters}!`
        .split('')
        .map((letter) => pieces.push(letter))
        .join('') + pieces.end();
    expect(out).toBe('see ***!');
  });
});

describe('what only reminds of a credential stays', () => {
  it.each([
    'const token = parseToken(input);',
    'token: string',
    'Unexpected token: }',
    'used tokens: 123456789',
    'The token of this stage mark is not that of its deployment.',
    'password: ***',
    'password=$DB_PASSWORD',
    'secret=<your secret>',
    'http://localhost:3000/path/user@example.org',
    'ssh://git@example.org/repository.git',
    'Basic authentication is off',
    'task_test_processingCustomers1',
    'commit 0123456789abcdef0123456789abcdef01234567',
    'sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef',
    '-----BEGIN CERTIFICATE-----\nMIIE\n-----END CERTIFICATE-----',
    'arn:aws:secretsmanager:eu-west-1:000000000000:secret:orders/db',
    'dep_01JD0000000000000000000000',
    'AKIA is how they begin, ghp_ and eyJ too',
  ])('%s', (text) => {
    expect(redact(text)).toBe(text);
  });
});
