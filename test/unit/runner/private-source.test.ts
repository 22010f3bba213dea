import { createHash } from 'node:crypto';
import { chmodSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { fetchFailureIn } from '#schemas/workflows/fetch-failure.ts';
import { connectedRepository } from '#runner/connected-repository.ts';
import { causeOf } from '#runner/fetch-failure.ts';
import { publishedHostKeys } from '#runner/known-hosts.ts';
import { createLog } from '#runner/log.ts';
import { storeSource } from '#runner/store-source.ts';
import { serveGit } from '#test/support/git-http-server.ts';
import { gitRepository } from './git-repository.ts';
import { DEPLOYMENT } from './given-plan.ts';
import { memoryBlobs } from './memory-blobs.ts';
import { noPatience } from './no-cache.ts';
import { tempDirectory } from './temp-directory.ts';

const token = 'pl4nted-t0ken/of=the+repository';
const environment = {
  ...process.env,
  GIT_ALLOW_PROTOCOL: 'http:https:ssh',
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_TRACE_CURL: '1',
  GIT_CURL_VERBOSE: '1',
};

afterEach(() => {
  vi.unstubAllEnvs();
});

interface Fetch {
  readonly repository: string;
  readonly commit: string;
  readonly credentials?: string | undefined;
  readonly connection?: string;
  readonly environment?: NodeJS.ProcessEnv;
}

async function fetchSource({ environment: own = environment, ...request }: Fetch) {
  const blobs = memoryBlobs();
  const lines: string[] = [];
  const log = createLog((text) => lines.push(text));
  const failure: unknown = await storeSource(
    { deploymentId: DEPLOYMENT, service: 'orders', manifestPath: 'service.yaml', ...request },
    { blobs: blobs.store, log, environment: own, ...noPatience },
  ).then(
    () => undefined,
    (error: unknown) => error,
  );
  if (failure instanceof Error) log.runner(failure.message);
  return { ...blobs, said: lines.join(''), message: failure instanceof Error ? failure.message : undefined };
}

async function givenServer(options: Parameters<typeof serveGit>[1] = { login: `x-access-token:${token}` }) {
  const root = tempDirectory();
  const origin = gitRepository(join(root, 'orders'));
  const first = origin.commit('one', { 'service.yaml': 'name: orders\n', 'big.txt': 'x'.repeat(1000) });
  const second = origin.commit('two', { 'service.yaml': 'name: orders\n# two\n' });
  const server = await serveGit(root, options);
  onTestFinished(() => server.close());
  return { server, repository: `${server.url}/orders/.git`, first, second };
}

describe('a repository behind a login', () => {
  it.each([
    ['a bare token', token],
    ['a token in JSON', JSON.stringify({ token })],
    ['a user and a password', JSON.stringify({ username: 'x-access-token', password: token })],
  ])('is fetched with %s, which is seen nowhere', async (_, credentials) => {
    const { repository, first } = await givenServer();
    const temporary = tempDirectory();
    vi.stubEnv('TMPDIR', temporary);
    const { said, message, text } = await fetchSource({ repository, commit: first, credentials });
    expect(message).toBeUndefined();
    expect(text(`sources/orders/${first}/service.yaml`)).toBe('name: orders\n');
    for (const form of [token, encodeURIComponent(token), Buffer.from(`x-access-token:${token}`).toString('base64')]) {
      expect(said).not.toContain(form);
    }
    expect(readdirSync(temporary)).toEqual([]);
  });

  it('is asked for exactly the one commit, shallow', async () => {
    const { repository, second, server } = await givenServer();
    await fetchSource({ repository, commit: second, credentials: token });
    expect(server.asked.filter(({ path }) => path.endsWith('/git-upload-pack')).length).toBeLessThanOrEqual(2);
  });

  it('never has a secret on a command line, in an address or in a file of git', async () => {
    const { repository, first } = await givenServer();
    const directory = tempDirectory();
    const record = join(directory, 'calls');
    // Says what git was called with, and what lay in its configuration when it was done.
    writeFileSync(
      join(directory, 'git'),
      `#!/bin/sh\nprintf '%s\\n' "$*" >> ${record}\n${gitProgram()} "$@"\ncode=$?\n[ -f "$GIT_DIR/config" ] && cat "$GIT_DIR/config" >> ${record}\nexit $code\n`,
    );
    chmodSync(join(directory, 'git'), 0o755);
    const PATH = `${directory}:${process.env['PATH']}`;
    vi.stubEnv('PATH', PATH);
    const { message } = await fetchSource({
      repository,
      commit: first,
      credentials: token,
      environment: { ...environment, PATH },
    });
    expect(message).toBeUndefined();
    expect(readFileSync(record, 'utf8')).toContain('fetch --quiet');
    expect(readFileSync(record, 'utf8')).not.toContain(token);
  });

  it.each([
    ['that refuses them', 'wrong-token', 'repository refused the credentials: ', 'permission_denied'],
    ['that wants some', undefined, 'repository wants credentials: ', 'permission_denied'],
  ])('%s is named so', async (_, credentials, says, code) => {
    const { repository, first } = await givenServer();
    const { message } = await fetchSource({ repository, commit: first, credentials });
    expect(message).toContain(`${says}${repository}`);
    expect(fetchFailureIn(message ?? '')).toMatchObject({ code, nextAction: expect.any(String) as string });
  });

  it('that does not have the commit is named so', async () => {
    const { repository } = await givenServer();
    const { message } = await fetchSource({ repository, commit: 'a'.repeat(40), credentials: token });
    expect(message).toBe(`commit not in the repository: ${'a'.repeat(40)} in ${repository}`);
    expect(fetchFailureIn(message ?? '')?.code).toBe('not_found');
  });

  it('that is not there is named so', async () => {
    const { server, first } = await givenServer();
    const { message } = await fetchSource({
      repository: `${server.url}/nothing.git`,
      commit: first,
      credentials: token,
    });
    expect(message).toContain('repository not found: ');
  });

  it('whose server is down is named so', async () => {
    const { repository, first, server } = await givenServer();
    await server.close();
    const { message } = await fetchSource({ repository, commit: first, credentials: token });
    expect(fetchFailureIn(message ?? '')?.code).toBe('unavailable');
  });

  it('gets the token alone, whoever it sends git to', async () => {
    const thief = await givenServer({ login: 'nobody:can-know' });
    const { repository, first } = await givenServer({
      instead: (request, response) => {
        response.writeHead(302, { location: `${thief.server.url}${request.url}` }).end();
        return true;
      },
    });
    await fetchSource({ repository, commit: first, credentials: token });
    expect(thief.server.asked.length).toBeGreaterThan(0);
    expect(thief.server.asked.map(({ authorization }) => authorization).filter(Boolean)).toEqual([]);
  });
});

describe('a secret that cannot be used', () => {
  const key = '-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n-----END OPENSSH PRIVATE KEY-----';
  it.each([
    ['https://git.example.com/o.git', key, 'the repository is reached by https, and the secret holds no token'],
    ['https://git.example.com/o.git', '{"tokn": "hunter2"}', 'the secret is no JSON with token'],
    ['https://git.example.com/o.git', '{hunter2', 'the secret is no JSON with token'],
    ['https://git.example.com/o.git', 'hunter2\nhunter3', 'the token goes over several lines'],
    [
      'ssh://git@git.example.com/o.git',
      'hunter2',
      'the repository is reached by ssh, and the secret holds no privateKey',
    ],
    ['ssh://git@git.example.com/o.git', '{"privateKey": "hunter2"}', 'privateKey is no private key'],
  ])('for %s says what is wrong and nothing of what it holds', async (repository, credentials, why) => {
    const { message, said } = await fetchSource({ repository, commit: 'a'.repeat(40), credentials });
    expect(message).toContain(`credentials cannot be used: ${why}`);
    expect(said).not.toMatch(/hunter|AAAA/);
  });
});

describe('a repository by ssh', () => {
  const privateKey = '-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXk=\n-----END OPENSSH PRIVATE KEY-----';

  /** Runs a program in the place of ssh that keeps what it was given, and says `words`. */
  async function fetchedBy(words: string, credentials: string | undefined) {
    const directory = tempDirectory();
    const [record, kept] = [join(directory, 'arguments'), join(directory, 'kept')];
    writeFileSync(
      join(directory, 'ssh'),
      `#!/bin/sh
for argument in "$@"; do printf '%s\\n' "$argument" >> ${record}; done
for argument in "$@"; do case "$argument" in
  UserKnownHostsFile=*) cat "\${argument#*=}" >> ${kept} ;;
  */key) ls -l "$argument" >> ${kept}; cat "$argument" >> ${kept} ;;
esac; done
echo "${words}" >&2
exit 255
`,
    );
    chmodSync(join(directory, 'ssh'), 0o755);
    const own = {
      ...environment,
      PATH: `${directory}:${process.env['PATH']}`,
      GIT_SSH_COMMAND: 'false',
      SSH_AUTH_SOCK: '/x',
    };
    const repository = 'ssh://git@git.example.com:2222/acme/orders.git';
    const fetched = await fetchSource({ repository, commit: 'a'.repeat(40), credentials, environment: own });
    return {
      ...fetched,
      arguments: existsSync(record) ? readFileSync(record, 'utf8') : '',
      kept: existsSync(kept) ? readFileSync(kept, 'utf8') : '',
    };
  }

  it('trusts the published keys and those of the secret, and no other', async () => {
    const knownHosts = '[git.example.com]:2222 ssh-ed25519 AAAAexample';
    const { arguments: given, kept, said } = await fetchedBy('', JSON.stringify({ privateKey, knownHosts }));
    for (const option of [
      'StrictHostKeyChecking=yes',
      'BatchMode=yes',
      'IdentitiesOnly=yes',
      'GlobalKnownHostsFile=/dev/null',
    ]) {
      expect(given.split('\n')).toContain(option);
    }
    expect(given).toContain('-F\n/dev/null\n');
    expect(kept).toContain(knownHosts);
    expect(kept).toContain('github.com ssh-ed25519 ');
    expect(kept).toMatch(/^-rw------- /m);
    expect(kept).toContain(privateKey);
    expect(given + said).not.toContain('b3BlbnNzaC1rZXk');
  });

  it('takes a bare key, and one whose line breaks were written as two characters', async () => {
    expect((await fetchedBy('', privateKey)).kept).toContain(privateKey);
    const escaped = JSON.stringify({ privateKey: privateKey.replaceAll('\n', '\\n') });
    expect((await fetchedBy('', escaped)).kept).toContain(privateKey);
  });

  it.each([
    ['Host key verification failed.', 'host key not trusted', 'permission_denied'],
    ['git@git.example.com: Permission denied (publickey).', 'repository refused the credentials', 'permission_denied'],
    ['ERROR: Repository not found.', 'repository not found', 'not_found'],
    ['ssh: connect to host git.example.com port 2222: Connection refused', 'repository not reachable', 'unavailable'],
  ])('that says "%s" is named so', async (words, says, code) => {
    const { message } = await fetchedBy(words, JSON.stringify({ privateKey }));
    expect(message).toContain(`${says}: ssh://`);
    expect(fetchFailureIn(message ?? '')?.code).toBe(code);
  });
});

// As docs.github.com and docs.gitlab.com print them.
it.each([
  ['github.com ssh-ed25519', '+DiY3wvvV6TuJJhbpZisF/zLDA0zPMSvHdkr4UvCOqU'],
  ['github.com ecdsa-sha2-nistp256', 'p2QAMXNIC1TJYWeIOttrVc98/R1BUFWu3/LiyKgUfQM'],
  ['github.com ssh-rsa', 'uNiVztksCsDhcc0u9e8BujQXVUpKZIDTMczCvj3tD2s'],
  ['gitlab.com ssh-ed25519', 'eUXGGm1YGsMAS7vkcx6JOJdOGHPem5gQp4taiCfCLB8'],
  ['gitlab.com ecdsa-sha2-nistp256', 'HbW3g8zUjNSksFbqTiUWPWg2Bq1x8xdGUrliXFzSnUw'],
  ['gitlab.com ssh-rsa', 'ROQFvPThGrW4RuWLoL9tq9I9zJ42fK4XywyRtbOz/EQ'],
])('the key of %s has its published fingerprint', (name, fingerprint) => {
  const key = publishedHostKeys.find((line) => line.startsWith(`${name} `))?.split(' ')[2] ?? '';
  const digest = createHash('sha256').update(Buffer.from(key, 'base64')).digest('base64');
  expect(digest.replace(/=+$/, '')).toBe(fingerprint);
});

it('a connection leads to where it gives its repositories', () => {
  const arn = 'arn:aws:codeconnections:eu-west-1:111122223333:connection/01234567-89ab-cdef-0123-456789abcdef';
  expect(connectedRepository(arn, 'https://github.com/acme/orders.git')).toBe(
    'https://codeconnections.eu-west-1.amazonaws.com/git-http/111122223333/eu-west-1/01234567-89ab-cdef-0123-456789abcdef/acme/orders.git',
  );
  expect(() => connectedRepository('arn:aws:iam::1:role/x', 'https://github.com/a/b')).toThrow(
    'credentials cannot be used',
  );
});

it('a server that only does not give the commit is no reason to give up', () => {
  expect(causeOf('fatal: remote error: upload-pack: not our ref aaaa', true)).toBeUndefined();
  expect(causeOf('error: Server does not allow request for unadvertised object aaaa', true)).toBeUndefined();
});

function gitProgram(): string {
  const directory = (process.env['PATH'] ?? '').split(':').find((each) => existsSync(join(each, 'git')));
  return join(directory ?? '/usr/bin', 'git');
}
