import type { NotifiedEvent } from '#schemas/events/notified-events.ts';
import type { Manifest } from '#schemas/service/manifest.ts';
import type { Deployment } from '#domain/deployment/deployment.ts';
import { audienceOf } from '#domain/notification/audience.ts';
import { isHeldInBursts } from '#domain/notification/burst.ts';
import { messageOf } from '#domain/notification/compose-message.ts';
import type { Deps } from '#ports/deps.ts';
import { deliverMessage, type DeliveryOutcome } from './deliver-message.ts';

type NotifyDeps = Pick<Deps, 'deployments' | 'notifier' | 'notificationLog' | 'settings'>;

/**
 * Tells people of an event, as the manifest of its deployment wants it. Events come more than once and in any order.
 *
 * @throws Refusal `unavailable`: whoever delivered the event tries again
 */
export async function notify(
  deps: NotifyDeps,
  event: NotifiedEvent,
): Promise<DeliveryOutcome | 'nobody' | 'held' | 'outdated'> {
  const { deploymentId, service, environment, id: eventId } = event.detail;
  const type = event['detail-type'];
  const deployment = await deps.deployments.find(deploymentId);
  if (!deployment) return 'nobody';
  if (isOutdated(event, deployment)) return 'outdated';
  const manifest = await manifestThatCounts(deps, deployment);
  const audience = manifest ? audienceOf(manifest, type, environment) : [];
  if (audience.length === 0) return 'nobody';

  const link = deps.settings.deploymentUrlTemplate?.replace('{deploymentId}', deploymentId);
  const message = messageOf(event, deployment, link);
  if (isHeldInBursts(type)) {
    const last = { deploymentId, type, title: message.title };
    if ((await deps.notificationLog.admit({ eventId, service, environment, last })) === 'held') return 'held';
  }
  return deliverMessage(deps, message, audience);
}

/** Nobody need look at a request that was answered, or at one whose deployment gave way, while it was on its way to them. */
function isOutdated(event: NotifiedEvent, { status }: Deployment): boolean {
  if (event['detail-type'] === 'deployment.superseded') return false;
  if (status === 'superseded') return true;
  return event['detail-type'] === 'deployment.approval_requested' && status !== 'awaiting_approval';
}

/**
 * The deployment's own; where it ended before it was read, or cannot be read, that of what serves the environment: those who
 * wanted to know of failures want to know of this one.
 */
export async function manifestThatCounts(
  { deployments }: Pick<Deps, 'deployments'>,
  { manifest, service, environment }: Deployment,
): Promise<Manifest | undefined> {
  if (manifest) return manifest;
  const { current } = await deployments.environment(service, environment);
  return current && (await deployments.find(current.deploymentId))?.manifest;
}
