import { execFileSync } from 'node:child_process';
import { chmodSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { unzipSync } from 'fflate';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { createLog } from '#runner/log.ts';
import { storeSource } from '#runner/store-source.ts';
import { gitRepository } from './git-repository.ts';
import { DEPLOYMENT } from './given-plan.ts';
import { memoryBlobs } from './memory-blobs.ts';
import { noPatience } from './no-cache.ts';
import { tempDirectory } from './temp-directory.ts';

const environment = { ...process.env, GIT_ALLOW_PROTOCOL: 'file' };

function givenRepository() {
  return gitRepository(join(tempDirectory(), 'origin'));
}

async function fetchSource(
  repository: string,
  commit: string,
  options: { manifestPath?: string; environment?: NodeJS.ProcessEnv; blobs?: ReturnType<typeof memoryBlobs> } = {},
) {
  const blobs = options.blobs ?? memoryBlobs();
  const lines: string[] = [];
  const facts = await storeSource(
    {
      deploymentId: DEPLOYMENT,
      service: 'orders',
      repository,
      commit,
      manifestPath: options.manifestPath ?? 'service.yaml',
    },
    {
      blobs: blobs.store,
      log: createLog((text) => lines.push(text)),
      environment: options.environment ?? environment,
      ...noPatience,
    },
  );
  return { ...blobs, facts, log: lines.join('') };
}

describe('fetching the source of a commit', () => {
  it('stores the source, the manifest and, last, what is known of the commit', async () => {
    const repository = givenRepository();
    const first = repository.commit('feat: begin "here"', { 'service.yaml': 'name: orders\n', 'src/a.txt': 'one' });
    repository.commit('later', { 'src/a.txt': 'two' });

    const { facts, written, text, blobs } = await fetchSource(repository.url, first);
    const prefix = `sources/orders/${first}`;
    expect(written).toEqual([`${prefix}.zip`, `${prefix}/service.yaml`, `${prefix}/commit.json`]);
    expect(facts).toEqual({
      commit: first,
      tree: repository.git('rev-parse', `${first}^{tree}`),
      author: { name: 'Ada Lovelace', email: 'ada@example.com' },
      subject: 'feat: begin "here"',
      committedAt: '2026-03-01T10:00:00+01:00',
      sourceKey: `${prefix}.zip`,
      manifestPath: 'service.yaml',
    });
    expect(JSON.parse(text(`${prefix}/commit.json`))).toEqual(facts);
    expect(text(`${prefix}/service.yaml`)).toBe('name: orders\n');
    const files = unzipSync(blobs.get(`${prefix}.zip`) ?? new Uint8Array());
    expect(Buffer.from(files['src/a.txt'] ?? []).toString()).toBe('one');
  });

  it('takes the manifest from the path that the service names', async () => {
    const repository = givenRepository();
    const commit = repository.commit('c', { 'services/orders/deploy.yaml': 'deep' });
    const { text } = await fetchSource(repository.url, commit, { manifestPath: 'services/orders/deploy.yaml' });
    expect(text(`sources/orders/${commit}/service.yaml`)).toBe('deep');
  });

  it('finds a commit by its branches when the server gives no commit by its id', async () => {
    const repository = givenRepository();
    const first = repository.commit('one', { 'service.yaml': 'one' });
    repository.commit('two', { 'service.yaml': 'two' });
    // The first protocol hands out only what a branch or a tag points at.
    const old = {
      ...environment,
      GIT_CONFIG_COUNT: '1',
      GIT_CONFIG_KEY_0: 'protocol.version',
      GIT_CONFIG_VALUE_0: '0',
    };
    const refused = () =>
      execFileSync('git', ['fetch', '-q', '--depth=1', repository.url, first], {
        cwd: emptyRepository(),
        env: old,
        stdio: 'pipe',
      });
    expect(refused).toThrow('unadvertised object');
    const { facts } = await fetchSource(repository.url, first, { environment: old });
    expect(facts.subject).toBe('one');
  });

  it('does nothing but tell when the commit is stored already', async () => {
    const repository = givenRepository();
    const commit = repository.commit('c', { 'service.yaml': 'x' });
    const blobs = memoryBlobs();
    const first = await fetchSource(repository.url, commit, { blobs });
    const again = await fetchSource('file:///nowhere', commit, { blobs });
    expect(again.facts).toEqual(first.facts);
    expect(blobs.written).toHaveLength(3);
  });

  it('fetches a stored commit again when the manifest is at another path now', async () => {
    const repository = givenRepository();
    const commit = repository.commit('c', { 'service.yaml': 'old', 'deploy/service.yaml': 'new' });
    const blobs = memoryBlobs();
    await fetchSource(repository.url, commit, { blobs });
    const { facts, text } = await fetchSource(repository.url, commit, { blobs, manifestPath: 'deploy/service.yaml' });
    expect(facts.manifestPath).toBe('deploy/service.yaml');
    expect(text(`sources/orders/${commit}/service.yaml`)).toBe('new');
  });

  it('holds the whole tree byte for byte, whatever its attributes ask for', async () => {
    const repository = givenRepository();
    const files = {
      '.gitattributes':
        'secret.txt export-ignore\nversion.txt export-subst\nwindows.txt text eol=crlf\nid.txt ident\nbig.bin filter=evil\n',
      'service.yaml': 'x',
      'secret.txt': 'kept',
      'version.txt': '$Format:%H$',
      'windows.txt': 'a\nb\n',
      'id.txt': '$Id$',
      'big.bin': 'as it is',
      'nested/.gitattributes': 'hidden.txt export-ignore\n',
      'nested/hidden.txt': 'kept too',
    };
    const commit = repository.commit('c', files);
    const evil = {
      ...environment,
      GIT_CONFIG_COUNT: '1',
      GIT_CONFIG_KEY_0: 'filter.evil.smudge',
      GIT_CONFIG_VALUE_0: 'echo changed',
    };
    const { blobs, facts } = await fetchSource(repository.url, commit, { environment: evil });
    const unzipped = unzipSync(blobs.get(facts.sourceKey) ?? new Uint8Array());
    const contents = Object.entries(unzipped)
      .filter(([name]) => !name.endsWith('/'))
      .map(([name, bytes]) => [name, Buffer.from(bytes).toString()]);
    expect(Object.fromEntries(contents)).toEqual(files);
  });

  it('gives the same bytes in every time zone', async () => {
    const repository = givenRepository();
    const commit = repository.commit('c', { 'service.yaml': 'x' });
    const zips = await Promise.all(
      ['Asia/Tokyo', 'America/New_York'].map(async (TZ) => {
        const { blobs, facts } = await fetchSource(repository.url, commit, { environment: { ...environment, TZ } });
        return Buffer.from(blobs.get(facts.sourceKey) ?? []).toString('hex');
      }),
    );
    expect(zips[0]).toBe(zips[1]);
  });

  it('says plainly that submodules and LFS files are not fetched', async () => {
    const repository = givenRepository();
    const commit = repository.commit('c', { 'service.yaml': 'x', '.gitattributes': '*.bin filter=lfs -text\n' });
    repository.git('update-index', '--add', '--cacheinfo', `160000,${commit},vendor/lib`);
    repository.git('commit', '--quiet', '--message', 'submodule');
    const { log } = await fetchSource(repository.url, repository.git('rev-parse', 'HEAD'));
    expect(log).toMatch(/^\[runner\] the repository has submodules; they are not fetched.*: vendor\/lib$/m);
    expect(log).toMatch(/^\[runner\] the repository uses Git LFS \(\.gitattributes\); .*not fetched/m);
  });

  it('leaves no repository behind', async () => {
    const repository = givenRepository();
    const commit = repository.commit('c', { 'service.yaml': 'x' });
    const temporary = tempDirectory();
    vi.stubEnv('TMPDIR', temporary);
    onTestFinished(() => void vi.unstubAllEnvs());
    await fetchSource(repository.url, commit);
    await expect(fetchSource(repository.url, '0'.repeat(40))).rejects.toThrow('commit not in the repository');
    expect(readdirSync(temporary)).toEqual([]);
  });
});

describe('a source that cannot be fetched', () => {
  it('names the commit that is not in the repository', async () => {
    const repository = givenRepository();
    repository.commit('c', { 'service.yaml': 'x' });
    const absent = 'a'.repeat(40);
    await expect(fetchSource(repository.url, absent)).rejects.toThrow(`commit not in the repository: ${absent}`);
  });

  it('names the repository that cannot be reached', async () => {
    await expect(fetchSource('file:///nowhere/at-all', '0'.repeat(40))).rejects.toThrow(
      /^repository not found: file:\/\/\/nowhere\/at-all: /,
    );
  });

  it('names the manifest that is absent, or no file', async () => {
    const repository = givenRepository();
    const commit = repository.commit('c', { 'docs/a.txt': 'x' });
    await expect(fetchSource(repository.url, commit)).rejects.toThrow(
      `no service.yaml at "service.yaml" in commit ${commit}`,
    );
    await expect(fetchSource(repository.url, commit, { manifestPath: 'docs' })).rejects.toThrow('no service.yaml at');
    await expect(fetchSource(repository.url, commit, { manifestPath: '../etc' })).rejects.toThrow('no service.yaml at');
  });

  it('refuses a manifest that is a symbolic link', async () => {
    const repository = givenRepository();
    repository.commit('c', { 'real.yaml': 'x' });
    const target = execFileSync('git', ['hash-object', '-w', '--stdin'], {
      cwd: new URL(repository.url).pathname,
      input: '/etc/passwd',
      encoding: 'utf8',
    }).trim();
    repository.git('update-index', '--add', '--cacheinfo', `120000,${target},service.yaml`);
    repository.git('commit', '--quiet', '--message', 'link');
    const commit = repository.git('rev-parse', 'HEAD');
    await expect(fetchSource(repository.url, commit)).rejects.toThrow('is not a regular file');
  });

  it('refuses an id that is of a tree or a tag and not of a commit', async () => {
    const repository = givenRepository();
    repository.commit('c', { 'service.yaml': 'x' });
    const tree = repository.git('rev-parse', 'HEAD^{tree}');
    await expect(fetchSource(repository.url, tree)).rejects.toThrow(`${tree} is not a commit`);
  });

  it('uses no protocol that the environment does not allow', async () => {
    const repository = givenRepository();
    const commit = repository.commit('c', { 'service.yaml': 'x' });
    const { GIT_ALLOW_PROTOCOL: _, ...silent } = environment;
    await expect(fetchSource(repository.url, commit, { environment: silent })).rejects.toThrow(
      "transport 'file' not allowed",
    );
    await expect(fetchSource('ext::sh -c id', commit)).rejects.toThrow("transport 'ext' not allowed");
  });

  it('never takes an address for an option', async () => {
    const marker = join(tempDirectory(), 'ran');
    await expect(fetchSource(`--upload-pack=touch ${marker}`, '0'.repeat(40))).rejects.toThrow('not an address');
    expect(readdirSync(join(marker, '..'))).toEqual([]);
  });

  it('runs no hook of the host', async () => {
    const hooks = tempDirectory();
    const marker = join(hooks, 'ran');
    const hook = join(hooks, 'reference-transaction');
    writeFileSync(hook, `#!/bin/sh\ntouch ${marker}\n`);
    chmodSync(hook, 0o755);
    const repository = givenRepository();
    const first = repository.commit('one', { 'service.yaml': 'x' });
    repository.commit('two', { 'service.yaml': 'y' });
    const hooked = {
      ...environment,
      GIT_CONFIG_COUNT: '2',
      GIT_CONFIG_KEY_0: 'core.hooksPath',
      GIT_CONFIG_VALUE_0: hooks,
      GIT_CONFIG_KEY_1: 'protocol.version',
      GIT_CONFIG_VALUE_1: '0',
    };
    // By its branches, so that references are written and the hook would have its occasion.
    await fetchSource(repository.url, first, { environment: hooked });
    expect(readdirSync(hooks)).toEqual(['reference-transaction']);
  });

  it('does not show a password that the address carries', async () => {
    const address = 'file://robot:hunter2@nowhere/at-all';
    const lines: string[] = [];
    const failure: unknown = await storeSource(
      {
        deploymentId: DEPLOYMENT,
        service: 'orders',
        repository: address,
        commit: '0'.repeat(40),
        manifestPath: 'service.yaml',
      },
      { blobs: memoryBlobs().store, log: createLog((text) => lines.push(text)), environment, ...noPatience },
    ).catch((error: unknown) => error);
    expect(String(failure)).toContain('repository not found: file://***@nowhere');
    expect(lines.join('') + String(failure)).not.toContain('hunter2');
  });
});

/** An empty repository to try a plain fetch in. */
function emptyRepository(): string {
  const directory = tempDirectory();
  execFileSync('git', ['init', '--quiet', directory]);
  expect(readFileSync(join(directory, '.git', 'HEAD'), 'utf8')).toContain('ref:');
  return directory;
}

describe('a fetch that the network fails', () => {
  it('is begun again, and the facts of the commit say for whom and why', async () => {
    const origin = givenRepository();
    const commit = origin.commit('one', { 'service.yaml': 'one' });
    const repository = origin.url;
    // A git that loses its first two connections.
    const bin = tempDirectory();
    const real = execFileSync('/bin/sh', ['-c', 'command -v git'], { encoding: 'utf8' }).trim();
    writeFileSync(
      join(bin, 'git'),
      `#!/bin/sh
case "$*" in *" fetch "*)
  count=$(cat "${bin}/count" 2>/dev/null || echo 0)
  if [ "$count" -lt 4 ]; then
    echo $((count + 1)) > "${bin}/count"
    echo "fatal: unable to access 'https://x/': Recv failure: Connection reset by peer" >&2
    exit 128
  fi
esac
exec ${real} "$@"
`,
      { mode: 0o755 },
    );
    const slept: number[] = [];
    const blobs = memoryBlobs();
    const lines: string[] = [];
    const facts = await storeSource(
      { deploymentId: DEPLOYMENT, service: 'orders', repository, commit, manifestPath: 'service.yaml' },
      {
        blobs: blobs.store,
        log: createLog((text) => lines.push(text)),
        environment: { ...environment, PATH: `${bin}:${process.env['PATH']}` },
        sleep: async (milliseconds) => void slept.push(milliseconds),
        random: () => 0.5,
      },
    );
    const reason = 'connection reset';
    expect(facts.fetch).toEqual({
      deploymentId: DEPLOYMENT,
      retries: [
        { reason, afterMs: 1_000 },
        { reason, afterMs: 3_000 },
      ],
    });
    expect(slept).toEqual([1_000, 3_000]);
    expect(lines.join('')).toContain('the fetch is tried again in 1000 ms: connection reset');
  });
});
