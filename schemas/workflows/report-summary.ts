import * as z from 'zod';

/**
 * Counts and lengths, in characters, of what is kept. A build writes these texts, and the record of its step has to fit
 * into one item of the table: 400 KB, of which a character can take three bytes.
 */
export const reportLimits = { reports: 20, failed: 20, name: 300, suite: 300, message: 500 } as const;

/** What is kept of a test report; the file itself lies in the blob store under `key`. */
export const reportSummary = z.object({
  type: z.literal('junit'),
  key: z.string().max(1024),
  tests: z.int().min(0),
  failures: z.int().min(0),
  errors: z.int().min(0),
  skipped: z.int().min(0),
  failed: z
    .array(
      z.object({
        name: z.string().max(reportLimits.name),
        suite: z.string().max(reportLimits.suite).optional(),
        message: z.string().max(reportLimits.message),
      }),
    )
    .max(reportLimits.failed)
    .default([]),
});
export type ReportSummary = z.infer<typeof reportSummary>;

/** The reports of one stage; their limit of failed tests holds for all of them together. */
export const stageReports = z
  .array(reportSummary)
  .max(reportLimits.reports)
  .refine(
    (reports) => reports.reduce((sum, { failed }) => sum + failed.length, 0) <= reportLimits.failed,
    `must name at most ${reportLimits.failed} failed tests in all`,
  );
