import { gitlabEvent, gitlabPush } from '#schemas/external/webhooks/gitlab-push.ts';
import { faultyPayload } from './faulty-payload.ts';
import type { Delivery } from './push.ts';
import { addressesOf, branchOf } from './pushed-ref.ts';

/**
 * What GitLab says with a delivery; its kind stands in the payload.
 *
 * @throws Refusal `validation_error` for a push that does not look like one
 */
export function readGitlabDelivery(payload: unknown): Delivery {
  const kind = gitlabEvent.safeParse(payload).data?.object_kind;
  if (kind !== 'push') return { kind: 'ignored', reason: `Nothing is done on the event "${kind ?? 'unknown'}".` };
  const { data, error } = gitlabPush.safeParse(payload);
  if (!data) throw faultyPayload(error);
  const branch = branchOf(data);
  if (branch.kind === 'ignored') return branch;
  const { project } = data;
  return {
    kind: 'push',
    push: {
      provider: 'gitlab',
      repository: project.path_with_namespace,
      branch: branch.name,
      commit: data.after,
      // GitLab does not say.
      forced: false,
      pusher: {
        login: data.user_username,
        name: data.user_name,
        ...(data.user_email && { email: data.user_email }),
      },
      addresses: addressesOf([project.git_http_url, project.git_ssh_url]),
    },
  };
}
