import { XMLParser, XMLValidator } from 'fast-xml-parser';
import { type JunitCase, junitDocument, type JunitSuite } from '#schemas/external/junit.ts';
import { reportLimits, type ReportSummary } from '#schemas/workflows/report-summary.ts';

/** Bytes; a larger report is refused rather than held in memory several times over. */
export const JUNIT_SIZE_LIMIT = 10 * 1024 * 1024;

export type JunitSummary = Omit<ReportSummary, 'type' | 'key'>;
export type JunitResult =
  | { readonly status: 'parsed'; readonly summary: JunitSummary }
  | { readonly status: 'malformed'; readonly reason: string };

const REPEATABLE = new Set(['testsuite', 'testcase', 'failure', 'error', 'skipped']);

// A report is written by the code under test: no entity of its own making is expanded, names and texts stay strings.
const parser = new XMLParser({
  ignoreAttributes: false,
  attributeNamePrefix: '@',
  parseTagValue: false,
  processEntities: false,
  ignoreDeclaration: true,
  ignorePiTags: true,
  isArray: (name) => REPEATABLE.has(name),
});

/** Counts the cases of a JUnit report itself: the totals that tools write into it often do not agree with the cases. */
export function parseJunit(bytes: Uint8Array): JunitResult {
  if (bytes.byteLength > JUNIT_SIZE_LIMIT) return { status: 'malformed', reason: 'larger than 10 MB' };
  const text = Buffer.from(bytes)
    .toString('utf8')
    .replace(/^\uFEFF/, '');
  const document = parseXml(text);
  if (typeof document === 'string') return { status: 'malformed', reason: document };
  const report = junitDocument.safeParse(document.value);
  if (!report.success)
    return { status: 'malformed', reason: 'no JUnit report: its root is not testsuites or testsuite' };
  const roots =
    'testsuites' in report.data ? [{ ...report.data.testsuites, '@name': undefined }] : report.data.testsuite;
  const cases = [...casesOf(roots, [])];
  const failed = cases.filter(({ verdict }) => verdict !== undefined);
  return {
    status: 'parsed',
    summary: {
      tests: cases.length,
      failures: cases.filter(({ test }) => test.failure.length > 0).length,
      errors: cases.filter(({ test }) => test.failure.length === 0 && test.error.length > 0).length,
      skipped: cases.filter(({ test, verdict }) => verdict === undefined && test.skipped.length > 0).length,
      failed: failed.slice(0, reportLimits.failed).map(({ test, suites, verdict = '' }) => ({
        name: plain(test['@name']).slice(0, reportLimits.name),
        ...(suites.length > 0 && { suite: suites.map(plain).join(' > ').slice(0, reportLimits.suite) }),
        message: plain(verdict).trim().slice(0, reportLimits.message),
      })),
    },
  };
}

function parseXml(text: string): { value: unknown } | string {
  try {
    const verdict = XMLValidator.validate(text);
    if (verdict !== true) return `not well-formed XML, line ${verdict.err.line}: ${verdict.err.msg}`;
    return { value: parser.parse(text) };
  } catch (error) {
    return `not readable as XML: ${error instanceof Error ? error.message : String(error)}`;
  }
}

interface FoundCase {
  readonly test: JunitCase;
  /** Names of the suites around it, outermost first. */
  readonly suites: readonly string[];
  /** What the failure or error said; absent when the test did not fail. */
  readonly verdict: string | undefined;
}

function* casesOf(suites: readonly (JunitSuite | undefined)[], around: readonly string[]): Generator<FoundCase> {
  for (const suite of suites) {
    if (!suite) continue;
    const names = suite['@name'] ? [...around, suite['@name']] : around;
    for (const test of suite.testcase) {
      if (!test) continue;
      const fault = test.failure[0] ?? test.error[0];
      yield { test, suites: names, verdict: fault && (fault.message ?? fault.text) };
    }
    yield* casesOf(suite.testsuite, names);
  }
}

const PREDEFINED: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

/** Undoes XML's own escapes, once; then `&quot;`, which Node's reporter escapes twice. */
function plain(text: string): string {
  return text
    .replaceAll(/&(?:#x([0-9a-f]{1,6})|#(\d{1,7})|(amp|lt|gt|quot|apos));/gi, (whole, hex, decimal, name) => {
      if (typeof name === 'string') return PREDEFINED[name] ?? whole;
      const code = typeof hex === 'string' ? Number.parseInt(hex, 16) : Number(decimal);
      return code <= 0x10_ff_ff ? String.fromCodePoint(code) : whole;
    })
    .replaceAll('&quot;', '"');
}
