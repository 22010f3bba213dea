import type { CommitStatus } from '#domain/delivery/commit-status.ts';
import type { StatusRequest } from '../webhooks/send-status.ts';

const states = {
  pending: 'pending',
  running: 'running',
  success: 'success',
  failure: 'failed',
  cancelled: 'canceled',
} as const satisfies Record<CommitStatus['state'], string>;

/** `POST /projects/{path}/statuses/{sha}` */
export function gitlabStatus(repository: string, commit: string, status: CommitStatus, token: string): StatusRequest {
  const { context, state, description, url } = status;
  return {
    path: `/projects/${encodeURIComponent(repository)}/statuses/${commit}`,
    headers: { 'private-token': token },
    body: { state: states[state], name: context, description, ...(url !== undefined && { target_url: url }) },
    // It refuses to go from a state to the same one.
    isThere: (answered, answer) => answered === 400 && answer.includes('Cannot transition status'),
  };
}
