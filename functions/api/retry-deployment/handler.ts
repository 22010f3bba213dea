import { retryDeployment as contract } from '#schemas/api/retry-deployment.ts';
import { summaryOf } from '#domain/deployment/view.ts';
import { apiHandler } from '#runtime/api-handler.ts';
import { retryDeployment } from '#usecases/retry-deployment.ts';

export const handler = apiHandler(contract, async ({ params, caller }, deps) => {
  const { deployment, retried } = await retryDeployment(deps, params.deploymentId, caller);
  return { status: retried ? 202 : 200, body: summaryOf(deployment) };
});
