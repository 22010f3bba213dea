import { getDeploymentTrace as contract } from '#schemas/api/get-deployment-trace.ts';
import { apiHandler } from '#runtime/api-handler.ts';
import { getDeploymentTrace } from '#usecases/get-deployment-trace.ts';

export const handler = apiHandler(contract, async ({ params }, deps) => ({
  status: 200,
  body: await getDeploymentTrace(deps, params.deploymentId),
}));
