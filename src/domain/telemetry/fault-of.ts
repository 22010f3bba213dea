import type { ErrorCode } from '#schemas/workflows/failure.ts';

export type Fault = 'user' | 'platform';

/**
 * Whose doing it is that a deployment failed. The objective for deployments counts what is the platform's; where one code
 * can be either, it counts as the platform's, so that nothing of ours hides behind somebody else.
 */
const faults: Readonly<Record<ErrorCode, Fault>> = {
  validation_error: 'user',
  // Their commands, their tests, or the health check of their release: what a runner breaks has another code.
  step_failed: 'user',
  policy_gate_failed: 'user',
  infra_plan_failed: 'user',
  unauthenticated: 'user',
  // Somebody took a role or a credential away that the service's owner had given.
  permission_denied: 'user',
  not_found: 'user',
  conflict: 'user',
  cancelled: 'user',
  environment_frozen: 'user',
  artifact_upload_failed: 'platform',
  artifact_verification_failed: 'platform',
  // Slow commands or a slow platform: nobody can tell by the code.
  timeout: 'platform',
  rate_limited: 'platform',
  unavailable: 'platform',
  internal_error: 'platform',
};

export function faultOf(code: ErrorCode): Fault {
  return faults[code];
}
