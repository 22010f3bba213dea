import { githubPush } from '#schemas/external/webhooks/github-push.ts';
import { faultyPayload } from './faulty-payload.ts';
import type { Delivery } from './push.ts';
import { addressesOf, branchOf } from './pushed-ref.ts';

/**
 * What GitHub says with an event.
 *
 * @param event as in the header `X-GitHub-Event`
 * @throws Refusal `validation_error` for a push that does not look like one
 */
export function readGithubDelivery(event: string, payload: unknown): Delivery {
  if (event === 'ping') return { kind: 'ignored', reason: 'The webhook is set up; pushes are taken from now on.' };
  if (event !== 'push') return { kind: 'ignored', reason: `Nothing is done on the event "${event}".` };
  const { data, error } = githubPush.safeParse(payload);
  if (!data) throw faultyPayload(error);
  const branch = branchOf(data.deleted ? { ...data, after: '' } : data);
  if (branch.kind === 'ignored') return branch;
  const { repository, pusher, sender } = data;
  return {
    kind: 'push',
    push: {
      provider: 'github',
      repository: repository.full_name,
      branch: branch.name,
      commit: data.after,
      forced: data.forced,
      pusher: {
        login: sender?.login ?? pusher.name,
        name: pusher.name,
        ...(pusher.email && { email: pusher.email }),
      },
      addresses: addressesOf([repository.clone_url, repository.ssh_url]),
      ...(repository.pushed_at !== undefined && { pushedAtMs: repository.pushed_at * 1000 }),
    },
  };
}
