import { describe, expect, it } from 'vitest';
import { createLog } from '#runner/log.ts';
import { runBuild } from '#runner/run-build.ts';
import type { BuildPlan } from '#schemas/workflows/build-plan.ts';
import type { StageMark } from '#schemas/workflows/stage-mark.ts';
import { givenPlan } from './given-plan.ts';
import { noCache } from './no-cache.ts';
import { memoryBlobs } from './memory-blobs.ts';
import { tempDirectory } from './temp-directory.ts';

const secret = `p4ss/wörd+"&'=end`;
const forms = [
  secret,
  Buffer.from(secret).toString('base64'),
  encodeURIComponent(secret),
  `p4ss/wörd+&quot;&amp;&apos;=end`,
  JSON.stringify(secret).slice(1, -1),
];

async function build(plan: BuildPlan, environment: Record<string, string> = {}) {
  const blobs = memoryBlobs();
  const marks: StageMark[] = [];
  const output: string[] = [];
  const failure = await runBuild(
    {
      plan,
      buildId: 'project:1',
      source: tempDirectory(),
      environment: { PATH: process.env['PATH'], SECRET_DB_PASSWORD: secret, ...environment },
    },
    {
      blobs: blobs.store,
      marks: { post: async (mark) => void marks.push(mark) },
      log: createLog((text) => output.push(text)),
      ...noCache,
      openRegistry: () => Promise.reject(new Error('no image is built here')),
      now: () => new Date(0),
      timeoutAfter: () => new AbortController().signal,
    },
  ).then(
    () => undefined,
    (error: unknown) => error,
  );
  const stored = new Map([...blobs.blobs].map(([key, bytes]) => [key, Buffer.from(bytes).toString('utf8')]));
  return { failure, marks, stored, log: output.join('') };
}

/** Runs a program of Node in the stage `test`; `S` is the secret in it. */
function testing(program: string): BuildPlan {
  const command = `node -e '${`const S = process.env.DB_PASSWORD; ${program}`.replaceAll("'", String.raw`'\''`)}'`;
  const reports = [{ stage: 'test', type: 'junit', path: 'junit.xml' }] as BuildPlan['reports'];
  return givenPlan({ test: [command] }, { secretNames: ['DB_PASSWORD'], reports });
}

describe('the secrets of a build', () => {
  it('reach its commands under their own names', async () => {
    const { failure, log } = await build(
      testing('process.stdout.write(`${S.length} ${process.env.SECRET_DB_PASSWORD}`)'),
    );
    expect(failure).toBeUndefined();
    expect(log).toContain('[test] 17 undefined\n');
  });

  it('that CodeBuild did not hand over are named, before anything runs', async () => {
    const plan = givenPlan({}, { secretNames: ['DB_PASSWORD', 'OTHER', 'THIRD'] });
    const { failure, marks } = await build(plan);
    expect(failure).toMatchObject({ message: 'the build was started without its secrets OTHER, THIRD' });
    expect(marks).toEqual([]);
  });

  it('leave it in no form: not in its log, its marks, or its reports', async () => {
    const xml = `S.replaceAll("&", "&amp;").replaceAll("\\"", "&quot;").replaceAll("'", "&apos;")`;
    const program = `
      const base64 = Buffer.from(S).toString("base64");
      console.log("raw", S, base64, encodeURIComponent(S), JSON.stringify(S));
      process.stdout.write(S.slice(0, 5));
      setTimeout(() => {
        console.log(S.slice(5));
        console.log(base64.replace(/.{7}/g, "$&\\n"));
        require("fs").writeFileSync("junit.xml",
          \`<testsuite name="\${${xml}}"><testcase name="connects with \${${xml}}"><failure message="got \${${xml}}"/></testcase></testsuite>\`);
        console.error("Error: cannot connect with " + S);
        process.exit(1);
      }, 50);`;
    const { marks, stored, log } = await build(testing(program));
    const texts = [JSON.stringify(marks), log, ...stored.values()];
    expect(marks.at(-1)).toMatchObject({
      stage: 'test',
      status: 'failed',
      reports: [{ failed: [{ name: 'connects with ***', suite: '***', message: 'got ***' }] }],
    });
    expect(marks.at(-1)?.logTail?.at(-1)).toBe('Error: cannot connect with ***');
    expect(stored.get('reports/dep/1/test/junit.xml')).toBe(
      '<testsuite name="***"><testcase name="connects with ***"><failure message="got ***"/></testcase></testsuite>',
    );
    for (const form of forms) {
      for (const text of texts) expect(text).not.toContain(form);
      // Folded as well.
      for (const text of texts) expect(text.replaceAll(/\n(?:\[\w+\] )?/g, '')).not.toContain(form);
    }
    expect(log).toContain('[test] raw *** *** *** "***"\n[test] ***\n');
  });

  it('do not reach the runner log by an error of the kit', async () => {
    const plan = givenPlan({ bundle: ['mkdir dist', 'ln -s x "dist/$DB_PASSWORD"'] }, { secretNames: ['DB_PASSWORD'] });
    const { log, marks } = await build(plan, { SECRET_DB_PASSWORD: 'p4ssw0rd' });
    expect(log).toContain('bundle failed: "***" is a symbolic link');
    expect(JSON.stringify(marks)).not.toContain('p4ssw0rd');
  });

  it('are looked for in no report that is not text', async () => {
    const { stored, log } = await build(testing('require("fs").writeFileSync("junit.xml", Buffer.from(S, "utf16le"))'));
    expect([...stored.keys()].filter((key) => key.startsWith('reports/'))).toEqual([]);
    expect(log).toContain('warning: report junit.xml of test is not text in UTF-8, and is not stored');
  });

  it('that nobody named are found where they look like one', async () => {
    const { log, marks } = await build(testing('console.log("DB_PASSWORD=hunter2hunter2"); process.exit(1)'));
    expect(log).toContain('[test] DB_PASSWORD=***\n');
    expect(JSON.stringify(marks)).not.toContain('hunter2');
  });
});
