import { promotionsOf } from '#domain/delivery/promotions.ts';
import type { Deps } from '#ports/deps.ts';

/** Sets a deployment that succeeded on its way to the environments that come after its own. */
export async function startPromotions(
  deps: Pick<Deps, 'deployments' | 'workflows'>,
  deploymentId: string,
): Promise<readonly string[]> {
  const deployment = await deps.deployments.find(deploymentId);
  const promotions = deployment ? promotionsOf(deployment) : [];
  for (const { environment, soakSeconds } of promotions) {
    await deps.workflows.startPromotion({ deploymentId, environment, soakSeconds });
  }
  return promotions.map(({ environment }) => environment);
}
