import type { Manifest } from '#schemas/service/manifest.ts';

export type HealthCheck = Manifest['healthCheck'];

/** What one probe found. */
export type Observation =
  | { readonly kind: 'answer'; readonly status: number; readonly body: string }
  | { readonly kind: 'unreachable'; readonly reason: string };

/** Why an answer is not a healthy one, or `undefined` when it is. */
export function complaintOf(check: HealthCheck, seen: Observation): string | undefined {
  if (seen.kind === 'unreachable') return seen.reason;
  if (seen.status !== check.status) return `answered ${seen.status} instead of ${check.status}`;
  if (check.bodyContains !== undefined && !seen.body.includes(check.bodyContains)) {
    return `answered without "${check.bodyContains}" in the body`;
  }
  return undefined;
}
