import type { WebhookAnswer } from '#schemas/api/webhook-answer.ts';
import type { Delivery, PushNotice } from '#domain/delivery/push.ts';
import { readGithubDelivery } from '#domain/delivery/read-github-delivery.ts';
import { readGitlabDelivery } from '#domain/delivery/read-gitlab-delivery.ts';
import { recordPush } from '#domain/delivery/record-push.ts';
import { refuseStale } from '#domain/delivery/refuse-stale.ts';
import { Refusal } from '#domain/refusal.ts';
import type { Service } from '#domain/service/service.ts';
import type { Deps } from '#ports/deps.ts';
import type { ReceivedDelivery } from '#ports/webhook-verifier.ts';
import { momentOf } from './moment-of.ts';

type ReceiveDeps = Pick<Deps, 'webhooks' | 'pushes' | 'services' | 'clock' | 'digest'>;

interface RequestIds {
  readonly correlationId: string;
  readonly traceId: string;
}

/**
 * Takes a delivery of a webhook: of a push to the repository of services it makes an event for each of them, once. Before
 * it has proved itself nothing of it is read, and nothing of ours is.
 *
 * @throws Refusal `unauthenticated` for one that does not prove itself, `validation_error` for one that cannot be read,
 *   `conflict` for one that is too old
 */
export async function receiveDelivery(
  deps: ReceiveDeps,
  received: ReceivedDelivery,
  ids: RequestIds,
): Promise<WebhookAnswer> {
  if (!(await deps.webhooks.verify(received))) {
    throw new Refusal('unauthenticated', 'The delivery does not prove where it comes from; look at its secret.');
  }
  const delivery = read(received);
  if (delivery.kind === 'ignored') return { decision: 'ignored', reason: delivery.reason, services: [] };
  const { push } = delivery;
  refuseStale(push.pushedAtMs, deps.clock.now().getTime());

  const services = await deps.pushes.servicesOf(push.addresses);
  if (services.length === 0) {
    return { decision: 'ignored', reason: `No service is registered with ${push.repository}.`, services: [] };
  }
  const claims = claimsOf(deps, received);
  const told: WebhookAnswer['services'] = [];
  for (const { name } of services) {
    told.push({ service: name, decision: await tell(deps, { name, push, claims, ids }) });
  }
  const accepted = told.some(({ decision }) => decision === 'accepted');
  return {
    decision: accepted ? 'accepted' : 'known',
    ...(!accepted && { reason: 'This delivery was taken before.' }),
    services: told,
  };
}

interface Telling {
  readonly name: string;
  readonly push: PushNotice;
  readonly claims: readonly string[];
  readonly ids: RequestIds;
}

async function tell(deps: ReceiveDeps, { name, push, claims, ids }: Telling): Promise<'accepted' | 'known'> {
  for (let round = 1; round <= 10; round++) {
    const service: Service | undefined = await deps.services.find(name);
    if (!service) break;
    const outcome = await deps.pushes.commit(recordPush(service, push, claims, ids, momentOf(deps, 'push')));
    if (outcome !== 'revision_conflict') return outcome === 'committed' ? 'accepted' : 'known';
    await deps.clock.sleep(round * 10);
  }
  throw new Refusal('unavailable', `The registration of ${name} is changing too fast; deliver again.`, {
    transient: true,
  });
}

function read({ provider, headers, body }: ReceivedDelivery): Delivery {
  let payload: unknown;
  try {
    payload = JSON.parse(Buffer.from(body).toString('utf8'));
  } catch {
    throw new Refusal('validation_error', 'The delivery is not JSON; choose application/json for the webhook.', {
      faults: [{ pointer: '', message: 'is not JSON' }],
    });
  }
  return provider === 'github'
    ? readGithubDelivery(headers['x-github-event'] ?? '', payload)
    : readGitlabDelivery(payload);
}

/**
 * What a delivery is known by. GitHub's id is not part of what it signs, so a copy could have another one: its bytes count
 * as well, in which the moment of the push lies. Those of GitLab can be equal for two pushes, but a signature of its own
 * covers the id.
 */
function claimsOf({ digest }: ReceiveDeps, { provider, headers, body }: ReceivedDelivery): readonly string[] {
  const id =
    provider === 'github'
      ? headers['x-github-delivery']
      : (headers['webhook-id'] ?? headers['idempotency-key'] ?? headers['x-gitlab-event-uuid']);
  const bytes = digest(body);
  // The id is anybody's text: its digest is as good, and fits into a key.
  const byId = id === undefined ? [] : [`${provider}/${digest(id)}`];
  return provider === 'github' || id === undefined ? [...byId, `${provider}/${bytes}`] : byId;
}
