import type { ErrorCode, Failure } from '#schemas/workflows/failure.ts';
import type { Deployment } from './deployment.ts';

type About = Pick<Deployment, 'id' | 'service' | 'environment'>;

/** THE TABLE: what to do about a failure that does not say so itself. */
const actions: Readonly<Record<ErrorCode, (about: About) => string>> = {
  validation_error: () =>
    'Correct service.yaml (dsctl validate tells all that is wrong), commit, and deploy that commit.',
  step_failed: ({ id }) => `Look why (dsctl logs ${id}), mend it, commit, and deploy that commit.`,
  artifact_upload_failed: ({ id }) => `Look whether the store of artifacts can be written to, then: dsctl retry ${id}`,
  artifact_verification_failed: ({ service }) =>
    `Find out who changed the artifact after it was signed. Nothing of ${service} may be released from it: commit anew, and deploy that commit.`,
  policy_gate_failed: () => 'Ask whoever decided what has to change, and deploy the commit in which it has.',
  infra_plan_failed: ({ id }) => `Correct the infrastructure that the plan complains of, then: dsctl retry ${id}`,
  timeout: ({ id }) =>
    `Look where the time went (dsctl trace ${id}); make it quicker or its limit longer, then: dsctl retry ${id}`,
  unauthenticated: ({ id }) => `Renew the credentials that were refused, then: dsctl retry ${id}`,
  permission_denied: ({ id }) => `Give the permission that the message names, then: dsctl retry ${id}`,
  not_found: ({ id, service }) =>
    `Look whether what the message names is there, and whether ${service} is registered with the right names, then: dsctl retry ${id}`,
  conflict: ({ id, service, environment }) =>
    `Look what else changed ${service} in ${environment} (dsctl list --service ${service}), then: dsctl retry ${id}`,
  cancelled: ({ id }) => `If it is wanted after all: dsctl retry ${id}`,
  environment_frozen: ({ id, environment }) => `When ${environment} may change again: dsctl retry ${id}`,
  rate_limited: ({ id }) => `In a few minutes: dsctl retry ${id}`,
  unavailable: ({ id }) => `Once the service that the message names is well again: dsctl retry ${id}`,
  internal_error: ({ id }) =>
    `dsctl retry ${id}; if it fails again, the log of the functions says why, under the correlation id that dsctl status ${id} shows.`,
};

/** What to do about a failure. */
export function nextActionFor({ code }: Pick<Failure, 'code'>, about: About): string {
  return actions[code](about);
}
