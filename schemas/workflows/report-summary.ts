import * as z from 'zod';

/** What is kept of a test report; the file itself lies in the blob store under `key`. */
export const reportSummary = z.object({
  type: z.literal('junit'),
  key: z.string(),
  tests: z.int().min(0),
  failures: z.int().min(0),
  errors: z.int().min(0),
  skipped: z.int().min(0),
  failed: z
    .array(z.object({ name: z.string(), suite: z.string().optional(), message: z.string() }))
    .max(20)
    .default([]),
});
export type ReportSummary = z.infer<typeof reportSummary>;
