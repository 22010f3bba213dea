import { getDeploymentMetrics as contract } from '#schemas/api/get-deployment-metrics.ts';
import { apiHandler } from '#runtime/api-handler.ts';
import { getDeploymentMetrics } from '#usecases/get-deployment-metrics.ts';

export const handler = apiHandler(contract, async ({ query }, deps) => ({
  status: 200,
  body: await getDeploymentMetrics(deps, query),
}));
