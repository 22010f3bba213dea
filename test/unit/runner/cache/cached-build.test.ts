import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { unzipSync } from 'fflate';
import { openTestAccount, type TestAccount } from '#test/support/account.ts';
import { cachedBuilds, type CachedBuild } from '#test/support/cached-builds.ts';

let account: TestAccount;
beforeAll(async () => {
  account = await openTestAccount();
});
afterAll(() => account.close());

const junit = (tests: number) =>
  `<testsuites><testsuite name="s">${'<testcase name="t" classname="c"/>'.repeat(tests)}</testsuite></testsuites>`;

/** Every stage leaves something that the next one reads; what each reads of the source is said. */
const files = {
  'package.json': '{}',
  'src/index.mjs': 'export const price = 1;\n',
  'README.md': 'one\n',
  'test/report.xml': junit(3),
};
const stages: CachedBuild['stages'] = {
  install: {
    commands: [
      'mkdir -p node_modules/.bin',
      'echo dep > node_modules/dep.js',
      'ln -s ../dep.js node_modules/.bin/dep',
      'chmod 755 node_modules/dep.js',
    ],
    inputs: ['package.json'],
  },
  compile: { commands: ['mkdir build', 'cat node_modules/.bin/dep src/index.mjs > build/out.mjs'], inputs: ['src'] },
  test: {
    commands: ['grep -q price build/out.mjs', 'mkdir reports', 'cp test/report.xml reports/junit.xml'],
    inputs: ['src', 'test'],
  },
  bundle: { commands: ['mkdir dist', 'cp build/out.mjs dist/index.mjs'], inputs: ['src'] },
};
const reports = [{ stage: 'test' as const, type: 'junit' as const, path: 'reports/junit.xml' }];
const wanted: CachedBuild = { files, stages, plan: { reports } };
const all = (word: string): readonly string[] =>
  ['install', 'compile', 'test', 'bundle'].map((stage) => `${stage} ${word}`);

describe('a build with a cache', () => {
  test('runs what changed, takes the rest, and makes the same artifact of the same source', async () => {
    const { build } = cachedBuilds(account);
    const first = await build(wanted);
    expect(first.failure).toBeUndefined();
    expect(first.said).toEqual(all('ran'));

    const docs = await build({ ...wanted, files: { ...files, 'README.md': 'two\n' } });
    expect(docs.said).toEqual(all('cached'));
    expect(docs.artifact?.digest).toBe(first.artifact?.digest);

    const code = await build({ ...wanted, files: { ...files, 'src/index.mjs': 'export const price = 2;\n' } });
    expect(code.said).toEqual(['install cached', 'compile ran', 'test ran', 'bundle ran']);

    const lock = await build({ ...wanted, files: { ...files, 'package.json': '{"a":1}' } });
    expect(lock.said).toEqual(all('ran'));
  });

  test('takes the result of a stage together with its reports, and says what that saved', async () => {
    const { build } = cachedBuilds(account);
    const first = await build(wanted);
    const second = await build(wanted);
    const [before, after] = [first, second].map(({ marks }) =>
      marks.find(({ stage, status }) => stage === 'test' && status === 'succeeded'),
    );
    expect(after?.reports).toEqual([
      {
        type: 'junit',
        key: `reports/${second.id}/1/test/junit.xml`,
        tests: 3,
        failures: 0,
        errors: 0,
        skipped: 0,
        failed: [],
      },
    ]);
    expect(after?.cache).toEqual({ hit: true, savedMs: before?.durationMs });
    const record = await account.deps.deployments.load(second.id);
    expect(record?.steps.find(({ name }) => name === 'test')).toMatchObject({
      status: 'succeeded',
      cache: { hit: true, savedMs: before?.durationMs },
    });
    expect(second.log).toMatch(/cache: the result of an earlier build serves, saved \d+\.\d s/);
  });

  test('keeps nothing of a stage that failed, and what succeeded before it serves the retry', async () => {
    const { build } = cachedBuilds(account);
    const broken = { ...wanted, stages: { ...stages, test: { commands: ['test -e fixed'] } } };
    expect((await build(broken)).said).toEqual(['install ran', 'compile ran', 'test failed']);
    expect((await build(broken)).said).toEqual(['install cached', 'compile cached', 'test failed']);
  });

  test('brings back files, links, modes, times and removals as the stage left them', async () => {
    const { build, blobs } = cachedBuilds(account);
    const made: CachedBuild = {
      files: { 'package.json': '{}', 'old/gone.txt': 'x', 'note.txt': 'one' },
      stages: {
        install: {
          commands: [
            'mkdir -p tree/empty tree/deep/er',
            'echo a > tree/deep/er/a.txt && chmod 640 tree/deep/er/a.txt && touch -d "2001-02-03 04:05:06.789" tree/deep/er/a.txt',
            'ln -s deep/er tree/link && ln -s nowhere tree/broken && touch -h -d "2019-01-01 00:00:00.5" tree/link tree/broken',
            'echo b > "tree/name with  spaces and ümläut.sh" && chmod 755 tree/*.sh',
            'chmod 500 tree/empty && touch -d "2020-01-01" tree/empty tree/deep/er tree/deep tree',
            'rm -r old',
          ],
          inputs: ['package.json', 'old'],
        },
        bundle: {
          commands: [
            'test ! -e old',
            'mkdir dist',
            String.raw`find tree -printf "%y %m %p %l %T@ %s\n" | sort > dist/listing`,
            'cat tree/link/a.txt >> dist/listing',
          ],
        },
      },
    };
    const first = await build(made);
    expect(first.failure).toBeUndefined();
    const again = await build({ ...made, files: { ...made.files, 'note.txt': 'two' } });
    expect(again.said).toEqual(['install cached', 'bundle ran']);

    const listing = async (key = ''): Promise<string> => {
      const text = Buffer.from(unzipSync((await blobs.get(key)) ?? new Uint8Array())['listing'] ?? []).toString();
      // Times are kept to the microsecond.
      return text.replaceAll(/\d+\.\d{9,}/g, (time) => Number(time).toFixed(4));
    };
    const expected = await listing(first.artifact?.key);
    expect(expected).toContain('f 640 tree/deep/er/a.txt  981173106.7890 2\n');
    expect(expected).toContain('l 777 tree/link deep/er 1546300800.5000 7\n');
    expect(expected).toContain('d 500 tree/empty  1577836800.0000');
    expect(expected).toContain('ümläut.sh');
    expect(await listing(again.artifact?.key)).toBe(expected);
  });

  test('shows a stage with inputs no commit, and one that reads everything its own', async () => {
    const { build } = cachedBuilds(account);
    const seen: CachedBuild = {
      files,
      stages: {
        compile: { commands: ['mkdir build', 'echo "commit=$COMMIT"'], inputs: ['src'] },
        bundle: { commands: ['mkdir dist', 'echo "$COMMIT" > dist/commit'] },
      },
    };
    const commit = 'c'.repeat(40);
    expect((await build({ ...seen, commit })).log).toContain('[compile] commit=\n');
    const other = await build({ ...seen, commit: 'd'.repeat(40) });
    expect(other.said).toEqual(['compile cached', 'bundle ran']);
  });
});

describe('what is not kept', () => {
  const once = {
    files,
    stages: { bundle: { commands: ['mkdir dist', 'cp src/index.mjs dist/'] } },
  } satisfies CachedBuild;
  const stage = (commands: readonly string[], inputs: readonly string[] | undefined = ['src']): CachedBuild => ({
    ...once,
    stages: { compile: { commands, ...(inputs && { inputs }) }, ...once.stages },
  });

  test.each([
    [
      'changes a file that it does not name',
      stage(['echo more >> README.md']),
      'it changed "README.md", which is not among its inputs',
    ],
    [
      'removes a file that it does not name',
      stage(['rm -r test']),
      'it removed "test/report.xml", which is not among its inputs',
    ],
    [
      'leaves a link that leads out',
      stage(['ln -s /etc/passwd out']),
      '"out" is a link that leads out of the workspace',
    ],
    [
      'leaves a link that climbs out',
      stage(['mkdir a', 'ln -s ../../etc a/out']),
      '"a/out" is a link that leads out of the workspace',
    ],
    ['leaves a socket', stage(['mkfifo pipe']), '"pipe" is neither a file, a directory nor a link'],
    [
      'leaves a program of this workspace',
      stage([`printf '#!%s/bin/x\\n' "$PWD" > tool`]),
      '"tool" runs a program by the path of this workspace',
    ],
    [
      'writes where build.cache.paths does not say',
      { ...stage(['mkdir build', 'echo x > build/a', 'echo x > stray']), paths: ['build'] },
      'it changed "stray", which build.cache.paths does not name',
    ],
    [
      'installs into the system',
      stage(['true pip install x']),
      'its commands leave something outside of the workspace',
    ],
    [
      'leaves a secret',
      {
        ...stage(['printf %s "$TOKEN" | base64 > npmrc']),
        plan: { secretNames: ['TOKEN'] },
        host: { SECRET_TOKEN: 'a-secret-of-the-build' },
      },
      'a secret of the build lies in "npmrc"',
    ],
  ])('a stage that %s', async (_, what, why) => {
    const { build } = cachedBuilds(account);
    const first = await build(what);
    expect(first.failure).toBeUndefined();
    expect(first.log).toContain(`the result of compile is not kept for later builds: ${why}`);
    expect((await build({ ...what, commit: 'e'.repeat(40) })).said[0]).toBe('compile ran');
  });

  test('an install that left nothing here has left it elsewhere', async () => {
    const { build } = cachedBuilds(account);
    const what = { ...once, stages: { install: { commands: ['true'], inputs: ['package.json'] }, ...once.stages } };
    expect((await build(what)).log).toContain('the result of install is not kept for later builds: it left nothing');
    expect((await build(what)).said[0]).toBe('install ran');
  });

  test('what inputs that match nothing stand for', async () => {
    const { build } = cachedBuilds(account);
    const what = stage(['mkdir -p build'], ['scr']);
    const first = await build(what);
    expect(first.log).toContain('nothing from compile on is taken from the cache: its inputs "scr" match no file');
    expect((await build(what)).said).toEqual(['compile ran', 'bundle ran']);
  });

  test('a touch of a file of the source leaves that file to its commit', async () => {
    const { build } = cachedBuilds(account);
    const what = stage(['touch README.md', 'mkdir build']);
    await build(what);
    const next = await build({ ...what, files: { ...files, 'README.md': 'another\n' } });
    expect(next.said[0]).toBe('compile cached');
  });
});
