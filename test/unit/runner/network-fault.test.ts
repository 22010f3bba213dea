import { describe, expect, test } from 'vitest';
import { again } from '#runner/again.ts';
import { gitFault, installFault } from '#runner/network-fault.ts';
import { seededRandom } from '#test/support/seeded-random.ts';

describe('an install that the network failed', () => {
  test.each([
    ['npm error code ETIMEDOUT', 'registry time-out'],
    [
      'npm error network request to https://registry.npmjs.org/x failed, reason: connect ETIMEDOUT 1.2.3.4:443',
      'registry time-out',
    ],
    ['npm ERR! network timeout at: https://registry.npmjs.org/x', 'registry time-out'],
    ['npm error code ECONNRESET', 'connection reset'],
    ['npm ERR! errno ECONNRESET', 'connection reset'],
    ['npm error network aborted: socket hang up', 'connection reset'],
    ['npm error code EAI_AGAIN', 'name not resolved'],
    ['npm error code E429', 'registry throttled'],
    ['npm error 429 Too Many Requests - GET https://registry.npmjs.org/x', 'registry throttled'],
    ['npm error code E503', 'registry not available'],
    ['npm ERR! 502 Bad Gateway - GET https://registry.npmjs.org/x', 'registry not available'],
    ['npm error 504 Gateway Timeout - GET https://registry.npmjs.org/x', 'registry not available'],
    ['error An unexpected error occurred: "https://registry.yarnpkg.com/x: ESOCKETTIMEDOUT".', 'registry time-out'],
    ['➤ YN0001: │ RequestError: connect ETIMEDOUT 1.2.3.4:443'.slice(2), 'registry time-out'],
    [
      ' ERR_PNPM_META_FETCH_FAIL  GET https://registry.npmjs.org/x: request to https://registry.npmjs.org/x failed, reason: read ECONNRESET',
      'connection reset',
    ],
    [' ERR_PNPM_FETCH_503  GET https://registry.npmjs.org/x: Service Unavailable - 503', 'registry not available'],
    [
      "pip._vendor.urllib3.exceptions.ReadTimeoutError: HTTPSConnectionPool(host='pypi.org', port=443): Read timed out.",
      'registry time-out',
    ],
    [
      "WARNING: Retrying (Retry(total=0, connect=None)) after connection broken by 'NewConnectionError: Temporary failure in name resolution'",
      'name not resolved',
    ],
    ['ERROR: HTTP error 503 while getting https://files.pythonhosted.org/x', 'registry not available'],
    ["fatal: unable to access 'https://github.com/a/b/': Could not resolve host: github.com", 'name not resolved'],
  ])('%s', (line, reason) => {
    expect(installFault(['> installing', line, 'done for'])).toBe(reason);
  });

  test.each<[string, readonly string[]]>([
    [
      'a package that does not exist',
      ['npm error code E404', 'npm error 404 Not Found - GET https://registry.npmjs.org/x'],
    ],
    ['a lock file that does not fit', ['npm error code EUSAGE', 'npm error `npm ci` can only install packages when …']],
    ['bytes that are not those of the lock file', ['npm error code EINTEGRITY']],
    ['a dependency that cannot be had', ['npm error code ERESOLVE']],
    ['no permission, with a time-out on the way', ['npm error network timeout at: x', 'npm error code E401']],
    [
      'a warning of a try that the package manager made itself',
      ['npm warn network timeout at: x, ETIMEDOUT', 'npm error code ELIFECYCLE'],
    ],
    [
      'pnpm announcing tries of its own',
      [' WARN  GET https://registry.npmjs.org/x error (ETIMEDOUT). Will retry in 10 seconds.', 'tsc: 1 error'],
    ],
    [
      'pip with tries left',
      [
        "WARNING: Retrying (Retry(total=3, connect=None)) after connection broken by 'ReadTimeoutError'",
        'ERROR: No matching distribution',
      ],
    ],
    ['a program that talks of time-outs', ['test of ETIMEDOUT handling failed', 'expected 503 Service Unavailable']],
    ['nothing that is said', []],
  ])('not: %s', (_, lines) => {
    expect(installFault(lines)).toBeUndefined();
  });
});

describe('a fetch that the network failed', () => {
  test.each([
    [
      'ssh: connect to host example.com port 22: Connection timed out\nfatal: Could not read from remote repository.',
      'repository time-out',
    ],
    ["fatal: unable to access 'https://example.com/': Recv failure: Connection reset by peer", 'connection reset'],
    ['error: RPC failed; HTTP 503\nfatal: The requested URL returned error: 503', 'repository not available'],
    ['fatal: The requested URL returned error: 429', 'repository throttled'],
    ['fatal: early EOF', 'connection reset'],
    ["fatal: unable to access 'https://example.com/': Could not resolve host: example.com", 'name not resolved'],
  ])('%s', (stderr, reason) => {
    expect(gitFault(stderr)).toBe(reason);
  });

  test.each([
    'fatal: The requested URL returned error: 404',
    'remote: Repository not found.',
    'fatal: Authentication failed for https://example.com/',
    'git@example.com: Permission denied (publickey).',
    'Host key verification failed.',
    "fatal: couldn't find remote ref main",
  ])('not: %s', (stderr) => {
    expect(gitFault(stderr)).toBeUndefined();
  });
});

describe('doing it again', () => {
  const attempt = async (faults: readonly (string | undefined)[], random = () => 1) => {
    const slept: number[] = [];
    let turn = 0;
    const result = await again(
      () => Promise.resolve(faults[turn++]),
      (fault) => fault,
      { random, sleep: async (milliseconds) => void slept.push(milliseconds) },
      () => undefined,
    );
    return { ...result, slept, turns: turn };
  };

  test('is not done where there was no fault', async () => {
    expect(await attempt([undefined])).toEqual({ value: undefined, retries: [], slept: [], turns: 1 });
  });

  test('is done until it goes well, after ever longer pauses, and says why', async () => {
    const { value, retries, slept } = await attempt(['time-out', 'reset', undefined]);
    expect(value).toBeUndefined();
    expect(retries).toEqual([
      { reason: 'time-out', afterMs: 2_000 },
      { reason: 'reset', afterMs: 6_000 },
    ]);
    expect(slept).toEqual([2_000, 6_000]);
  });

  test('ends after three times', async () => {
    const { value, slept, turns } = await attempt(Array.from({ length: 9 }, () => 'time-out'));
    expect({ value, slept, turns }).toEqual({ value: 'time-out', slept: [2_000, 6_000, 18_000], turns: 4 });
  });

  test('waits for any part of the pause, so that those who failed together come apart', async () => {
    const random = seededRandom(7);
    const firsts = await Promise.all(
      Array.from({ length: 400 }, async () => (await attempt(['x', undefined], random)).slept[0] ?? 0),
    );
    expect(Math.min(...firsts)).toBeLessThan(100);
    expect(Math.max(...firsts)).toBeGreaterThan(1_900);
    expect(Math.max(...firsts)).toBeLessThanOrEqual(2_000);
  });
});
