import { cancelDeployment as contract } from '#schemas/api/cancel-deployment.ts';
import { summaryOf } from '#domain/deployment/view.ts';
import { apiHandler } from '#runtime/api-handler.ts';
import { cancelDeployment } from '#usecases/cancel-deployment.ts';

export const handler = apiHandler(contract, async ({ params, body, caller }, deps) => {
  const deployment = await cancelDeployment(deps, params.deploymentId, body.reason, caller);
  return { status: 202, body: summaryOf(deployment) };
});
