import { lstat, readFile, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { BuildPlan, StageName } from '#schemas/workflows/build-plan.ts';
import { reportLimits, type ReportSummary } from '#schemas/workflows/report-summary.ts';
import type { BlobStore } from './blob-store.ts';
import { JUNIT_SIZE_LIMIT, parseJunit } from './junit.ts';
import type { RunnerLog } from './log.ts';
import type { Scrubber } from './scrubber.ts';

type FailedTest = ReportSummary['failed'][number];

interface ReportsOf {
  readonly plan: BuildPlan;
  readonly stage: StageName;
  /** The directory that report paths are relative to. */
  readonly directory: string;
}

/** Removes reports that the commit itself contains: the result of another run must not pass for this one's. */
export async function removeOldReports({ plan, stage, directory }: ReportsOf): Promise<void> {
  for (const report of plan.reports.filter((each) => each.stage === stage)) {
    await rm(join(directory, report.path), { force: true, recursive: true });
  }
}

/**
 * Stores and summarises what the stage reported. Never rejects: a build is not lost because of a report about it; what
 * is wrong with a report is said in the log. A report that a failed stage did not come to write goes without saying.
 */
export async function collectReports(
  of: ReportsOf & { readonly succeeded: boolean },
  { blobs, log, scrubber }: { readonly blobs: BlobStore; readonly log: RunnerLog; readonly scrubber: Scrubber },
): Promise<readonly ReportSummary[]> {
  const summaries: ReportSummary[] = [];
  for (const { type, path } of of.plan.reports.filter((each) => each.stage === of.stage)) {
    const warn = (what: string): void => log.runner(`warning: report ${path} of ${of.stage} ${what}`);
    try {
      const written = await readReport(join(of.directory, path));
      if (written === undefined) {
        if (of.succeeded) warn('was not written');
        continue;
      }
      if (typeof written === 'string') {
        warn(written);
        continue;
      }
      const bytes = scrubber.bytes(written);
      const key = `${of.plan.reportPrefix}${of.stage}/${basename(path)}`;
      await blobs.put(key, bytes, 'application/xml');
      const result = parseJunit(bytes);
      if (result.status === 'malformed') warn(`cannot be read: ${result.reason}`);
      else if (summaries.length === reportLimits.reports) warn('is stored, but a deployment shows no more of them');
      else {
        const named = summaries.reduce((sum, { failed }) => sum + failed.length, 0);
        const failed = result.summary.failed.slice(0, reportLimits.failed - named);
        summaries.push({ type, key, ...result.summary, failed: failed.map((test) => scrubbed(test, scrubber)) });
      }
    } catch (error) {
      warn(`could not be stored: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  return summaries;
}

/** The report's bytes, what is wrong with it, or `undefined` when it is absent. Opening a named pipe would wait for ever. */
async function readReport(path: string): Promise<Uint8Array | string | undefined> {
  const found = await lstat(path).catch(() => undefined);
  if (!found) return undefined;
  if (!found.isFile()) return 'is not a regular file';
  if (found.size > JUNIT_SIZE_LIMIT) return 'is larger than 10 MB';
  const bytes = await readFile(path);
  // UTF-16, say. Secrets are looked for in encodings that write letters as single bytes.
  return bytes.includes(0) ? 'is not text in UTF-8, and is not stored' : bytes;
}

/** Once more after XML's escapes are undone: any letter can be written as one. */
function scrubbed(test: FailedTest, { redact }: Scrubber): FailedTest {
  const { name, suite, message } = test;
  return {
    ...test,
    name: redact(name).slice(0, reportLimits.name),
    ...(suite !== undefined && { suite: redact(suite).slice(0, reportLimits.suite) }),
    message: redact(message).slice(0, reportLimits.message),
  };
}
