import * as z from 'zod';
import { errorCode } from '../workflows/failure.ts';

/** RFC 9457 problem details. All faults of a request come together. */
export const problem = z.object({
  /** `urn:deployment-service:problem:<code>` */
  type: z.string(),
  title: z.string(),
  status: z.int(),
  code: errorCode,
  detail: z.string(),
  /** Find this request in the logs by it. */
  requestId: z.string(),
  faults: z
    .array(
      z.object({
        pointer: z.string(),
        message: z.string(),
        code: z.string().optional(),
        line: z.int().optional(),
        column: z.int().optional(),
        value: z.string().optional(),
        suggestion: z.string().optional(),
      }),
    )
    .optional(),
});
export type Problem = z.infer<typeof problem>;
