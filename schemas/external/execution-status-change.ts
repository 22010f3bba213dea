import * as z from 'zod';
import { deploymentTask, type FailedTask } from '../workflows/deployment-task.ts';

const errorNames = { TIMED_OUT: 'States.Timeout', FAILED: 'States.TaskFailed', ABORTED: 'States.Aborted' } as const;

/** Detail of EventBridge's "Step Functions Execution Status Change" for a run of the `deployment` machine. */
export const executionStatusChange = z
  .object({
    status: z.enum(['FAILED', 'TIMED_OUT', 'ABORTED']),
    input: z.string(),
    error: z.string().nullish(),
    cause: z.string().nullish(),
  })
  .transform(({ status, input, error, cause }): FailedTask => ({
    ...deploymentTask.parse(JSON.parse(input)),
    error: error ?? errorNames[status],
    cause: cause ?? '',
  }));
