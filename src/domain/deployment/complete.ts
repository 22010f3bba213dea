import type { Moment } from '../moment.ts';
import { Refusal } from '../refusal.ts';
import { decide, type Decision } from './decision.ts';
import type { Deployment } from './deployment.ts';
import { refuseCancelled } from './refuse-cancelled.ts';

/**
 * The deployment is done: it becomes the environment's current release and lets go of what it held.
 *
 * @throws Refusal `cancelled`: whoever was told that it will end must not see it succeed
 */
export function completeDeployment(deployment: Deployment, moment: Moment): Decision {
  refuseCancelled(deployment);
  const { release, artifact } = deployment;
  if (!release || !artifact) {
    throw new Refusal('conflict', `Deployment ${deployment.id} cannot succeed before it has released an artifact.`);
  }
  return decide(
    deployment,
    {
      status: 'succeeded',
      writes: [{ kind: 'put-current-release', deployment, at: moment.at }],
      facts: [
        {
          type: 'deployment.succeeded',
          data: {
            commit: deployment.commit,
            artifactDigest: artifact.digest,
            version: release.version,
            url: release.target.url,
            durationMs: Math.max(0, moment.atMs - (deployment.startedAtMs ?? deployment.createdAtMs)),
          },
        },
      ],
    },
    moment,
  );
}
