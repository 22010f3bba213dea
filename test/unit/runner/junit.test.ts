import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { JUNIT_SIZE_LIMIT, type JunitSummary, parseJunit } from '#runner/junit.ts';
import { tempDirectory } from './temp-directory.ts';

function summaryOf(xml: string | Uint8Array): JunitSummary {
  const result = parseJunit(Buffer.from(xml));
  if (result.status === 'malformed') throw new Error(result.reason);
  return result.summary;
}

describe('parseJunit', () => {
  it('counts the cases of nested suites and names the suites around a failing one', () => {
    const summary = summaryOf(`<?xml version="1.0"?>
      <testsuites name="all" tests="99">
        <testsuite name="outer">
          <testcase name="passes"/>
          <testsuite name="inner">
            <testcase name="breaks"><failure message="1 is not 2">a stack</failure></testcase>
            <testcase name="crashes"><error>no such file</error></testcase>
          </testsuite>
          <testcase name="waits"><skipped/></testcase>
        </testsuite>
      </testsuites>`);
    expect(summary).toEqual({
      tests: 4,
      failures: 1,
      errors: 1,
      skipped: 1,
      failed: [
        { name: 'breaks', suite: 'outer > inner', message: '1 is not 2' },
        { name: 'crashes', suite: 'outer > inner', message: 'no such file' },
      ],
    });
  });

  it('reads a report whose root is a single suite', () => {
    const summary = summaryOf('<testsuite name="s"><testcase name="a"><failure/></testcase></testsuite>');
    expect(summary).toMatchObject({ tests: 1, failures: 1, failed: [{ name: 'a', suite: 's', message: '' }] });
  });

  it.each(['<testsuites/>', '<testsuites></testsuites>', '<testsuite name="s"/>', '<testsuite/>'])(
    'finds no tests in %s',
    (xml) => expect(summaryOf(xml)).toEqual({ tests: 0, failures: 0, errors: 0, skipped: 0, failed: [] }),
  );

  it('decodes what XML escapes, in names and messages', () => {
    const xml = `<testsuite name="a &gt; b"><testcase name="says &quot;no&quot; &#38; &#x4e00;">
      <failure message="&lt;p&gt; &amp;lt; &#10;second"/></testcase></testsuite>`;
    expect(summaryOf(xml).failed).toEqual([{ name: 'says "no" & 一', suite: 'a > b', message: '<p> &lt; \nsecond' }]);
  });

  it('keeps at most 20 failing tests and 500 characters of a message, and still counts them all', () => {
    const cases = Array.from(
      { length: 30 },
      (_, index) => `<testcase name="t${index}"><failure message="${'x'.repeat(900)}"/></testcase>`,
    );
    const summary = summaryOf(`<testsuite name="s">${cases.join('')}</testsuite>`);
    expect(summary.failures).toBe(30);
    expect(summary.failed).toHaveLength(20);
    expect(summary.failed[0]?.message).toHaveLength(500);
  });

  it('cuts names that no record could hold', () => {
    const long = '一'.repeat(100_000);
    const [failed] = summaryOf(
      `<testsuite name="${long}"><testcase name="${long}"><failure message="${long}"/></testcase></testsuite>`,
    ).failed;
    expect([failed?.name, failed?.suite, failed?.message].map((text) => text?.length)).toEqual([300, 300, 500]);
  });

  it('expands no entity that the report defines', () => {
    const xml = `<!DOCTYPE r [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;"><!ENTITY f SYSTEM "file:///etc/passwd">]>
      <testsuite name="s"><testcase name="t"><failure message="&b;&f;"/></testcase></testsuite>`;
    const result = parseJunit(Buffer.from(xml));
    const told = JSON.stringify(result);
    expect(told).not.toContain('aaaaaaaaaaaaaaaaaaaa');
    expect(told).not.toContain('root:');
  });

  it('is not confused by names that objects have of their own', () => {
    const xml = '<testsuite name="s"><toString/><testcase name="__proto__"><failure/></testcase></testsuite>';
    expect(summaryOf(xml).failed).toMatchObject([{ name: '__proto__' }]);
  });

  it.each([
    ['an unclosed element', '<testsuites><testsuite name="s">'],
    ['another root', '<html><body/></html>'],
    ['no XML', 'ok 1 - passes'],
    ['nothing', ''],
    ['an element that would be a prototype', '<testsuite><__proto__ name="s"/></testsuite>'],
    ['bytes', Buffer.from([0xff, 0xfe, 0x00, 0x01])],
    ['nesting without end', '<testsuite>'.repeat(5_000) + '</testsuite>'.repeat(5_000)],
  ])('calls %s malformed', (_, xml) => {
    expect(parseJunit(Buffer.from(xml))).toMatchObject({ status: 'malformed' });
  });

  it('refuses a report of more than 10 MB', () => {
    const result = parseJunit(new Uint8Array(JUNIT_SIZE_LIMIT + 1));
    expect(result).toEqual({ status: 'malformed', reason: 'larger than 10 MB' });
  });

  it("names the failing tests of Node's own reporter", () => {
    const file = join(tempDirectory(), 'a.test.mjs');
    writeFileSync(
      file,
      `import { describe, it, test } from 'node:test';
       describe('price', () => {
         it('adds "shipping" & tax', () => { throw new Error('1740 is not 760\\nsecond line'); });
         it('is whole', () => {});
         it.skip('is paid', () => {});
       });
       test('top', () => { throw new Error('boom'); });`,
    );
    const { NODE_TEST_CONTEXT: _, ...env } = process.env;
    const xml = execFileSync('sh', ['-c', '"$0" --test --test-reporter=junit "$1" || true', process.execPath, file], {
      env,
    });
    expect(summaryOf(xml)).toEqual({
      tests: 4,
      failures: 2,
      errors: 0,
      skipped: 1,
      failed: [
        { name: 'top', message: 'boom' },
        { name: 'adds "shipping" & tax', suite: 'price', message: '1740 is not 760\nsecond line' },
      ],
    });
  });

  it('reads the reports of other tools, where the corpus is at hand', () => {
    const folder = resolve(process.env['REPORT_CORPUS'] ?? '../shared/data', 'reports/junit');
    if (!existsSync(folder)) {
      console.log(`No corpus of reports at ${folder}: nothing was read. REPORT_CORPUS names another place.`);
      return;
    }
    const summaries = Object.fromEntries(
      readdirSync(folder)
        .filter((name) => name.endsWith('.xml'))
        .map((name) => [name, summaryOf(readFileSync(join(folder, name)))]),
    );
    expect(Object.keys(summaries).length).toBeGreaterThan(0);
    // The file says so of itself.
    expect(summaries['junit-complete.xml']).toMatchObject({ tests: 8, failures: 1, errors: 1, skipped: 1 });
  });
});
