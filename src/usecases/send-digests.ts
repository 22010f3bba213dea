import { audienceOf } from '#domain/notification/audience.ts';
import { digestOf, type HeldFailures } from '#domain/notification/burst.ts';
import { Refusal } from '#domain/refusal.ts';
import type { Deps } from '#ports/deps.ts';
import { deliverMessage } from './deliver-message.ts';
import { manifestThatCounts } from './notify.ts';

type DigestDeps = Pick<Deps, 'deployments' | 'notifier' | 'notificationLog' | 'settings'>;

const mostAtOnce = 20;

/**
 * Sends the digests of failures that were held back and are due. One that cannot be sent is taken up the next time.
 *
 * @throws Refusal `unavailable` when some could not be sent, after all were tried
 */
export async function sendDigests(deps: DigestDeps): Promise<{ readonly sent: number }> {
  const digests = await deps.notificationLog.takeDigests(mostAtOnce);
  const outcomes = await Promise.allSettled(digests.map((digest) => sendDigest(deps, digest)));
  const failed = outcomes.filter(({ status }) => status === 'rejected').length;
  if (failed > 0) {
    throw new Refusal('unavailable', `${failed} of ${digests.length} digests could not be sent yet.`, {
      transient: true,
    });
  }
  return { sent: digests.length };
}

async function sendDigest(deps: DigestDeps, digest: HeldFailures): Promise<void> {
  const { deploymentId, type } = digest.last;
  const deployment = await deps.deployments.find(deploymentId);
  const manifest = deployment && (await manifestThatCounts(deps, deployment));
  if (manifest) {
    const link = deps.settings.deploymentUrlTemplate?.replace('{deploymentId}', deploymentId);
    await deliverMessage(deps, digestOf(digest, link), audienceOf(manifest, type, digest.environment));
  }
  await deps.notificationLog.finishDigest(digest);
}
