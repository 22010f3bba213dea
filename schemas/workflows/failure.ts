import * as z from 'zod';

/** Every refusal and failure the service can name; the same word is problem type, `ErrorEquals`, log field and metric dimension. */
export const errorCode = z.enum([
  'validation_error',
  'step_failed',
  'artifact_upload_failed',
  'artifact_verification_failed',
  'policy_gate_failed',
  'infra_plan_failed',
  'timeout',
  'unauthenticated',
  'permission_denied',
  'not_found',
  'conflict',
  'cancelled',
  'environment_frozen',
  'rate_limited',
  'unavailable',
  'internal_error',
]);
export type ErrorCode = z.infer<typeof errorCode>;

/** Why a deployment or a step failed, in words a developer can act on. */
export const failure = z.object({
  code: errorCode,
  message: z.string(),
  step: z.string().optional(),
  /** Names of failing tests, at most 20. */
  failedTests: z.array(z.string()).optional(),
  /** What each of the first failing tests says of itself, its name first. */
  testMessages: z.array(z.object({ name: z.string(), message: z.string() })).optional(),
  /** The last lines that the step wrote. */
  logTail: z.array(z.string()).optional(),
  nextAction: z.string().optional(),
});
export type Failure = z.infer<typeof failure>;
