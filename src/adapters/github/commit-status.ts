import type { CommitStatus } from '#domain/delivery/commit-status.ts';
import type { StatusRequest } from '../webhooks/send-status.ts';

/** GitHub has no state for what runs, and none for what somebody ended. */
const states = {
  pending: 'pending',
  running: 'pending',
  success: 'success',
  failure: 'failure',
  cancelled: 'error',
} as const satisfies Record<CommitStatus['state'], string>;

/** `POST /repos/{owner}/{repo}/statuses/{sha}` */
export function githubStatus(repository: string, commit: string, status: CommitStatus, token: string): StatusRequest {
  const { context, state, description, url } = status;
  return {
    path: `/repos/${repository.split('/').map(encodeURIComponent).join('/')}/statuses/${commit}`,
    headers: {
      accept: 'application/vnd.github+json',
      authorization: `Bearer ${token}`,
      'x-github-api-version': '2022-11-28',
    },
    body: { state: states[state], context, description, ...(url !== undefined && { target_url: url }) },
  };
}
