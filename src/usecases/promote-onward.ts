import type { PromotionTask } from '#schemas/workflows/promotion-task.ts';
import { hindranceOf, type PromotionHindrance } from '#domain/delivery/promotions.ts';
import { Refusal } from '#domain/refusal.ts';
import type { Deps } from '#ports/deps.ts';
import { createDeployment } from './create-deployment.ts';
import { triggerCaller } from './trigger-caller.ts';

export type PromotionOutcome =
  | { readonly kind: 'promoted'; readonly deploymentId: string }
  | { readonly kind: 'hindered'; readonly by: PromotionHindrance };

/**
 * Creates the deployment of the same commit in the environment that comes next, in the name of whoever triggered this one:
 * what they may not approve, they may not approve there either.
 *
 * @throws Refusal `not_found` for a deployment or a service that there is not
 */
export async function promoteOnward(
  deps: Pick<Deps, 'services' | 'deployments' | 'clock' | 'digest' | 'ids'>,
  { deploymentId, environment }: PromotionTask,
): Promise<PromotionOutcome> {
  const deployment = await deps.deployments.find(deploymentId);
  const service = deployment && (await deps.services.find(deployment.service));
  if (!deployment || !service) throw new Refusal('not_found', `There is no deployment ${deploymentId} to promote.`);
  const [from, target] = await Promise.all([
    deps.deployments.environment(service.name, deployment.environment),
    deps.deployments.environment(service.name, environment),
  ]);
  const registered = Object.keys(service.environments);
  const hindrance = hindranceOf(deployment, environment, { registered, from, target });
  if (hindrance) return { kind: 'hindered', by: hindrance };

  const { actor, actorEmail, triggeredBy, earlierTriggers, origin, correlationId, commit, run } = deployment;
  const { deployment: next } = await createDeployment(
    deps,
    { service: service.name, environment, commit },
    triggerCaller({ subject: actor, email: actorEmail, correlationId, traceId: deps.ids.traceId() }),
    `promote-${deploymentId}-${run}-${environment}`,
    {
      promotedFrom: deploymentId,
      ...(origin && { origin }),
      ...(triggeredBy && { triggeredBy }),
      ...(earlierTriggers && { earlierTriggers }),
    },
  );
  return { kind: 'promoted', deploymentId: next.id };
}
