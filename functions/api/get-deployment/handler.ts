import { getDeployment as contract } from '#schemas/api/get-deployment.ts';
import { viewOf } from '#domain/deployment/view.ts';
import { apiHandler } from '#runtime/api-handler.ts';
import { getDeployment } from '#usecases/get-deployment.ts';
import { queuePlace } from '#usecases/queue-place.ts';

export const handler = apiHandler(contract, async ({ params }, deps) => {
  const record = await getDeployment(deps, params.deploymentId);
  const queue = await queuePlace(deps, record);
  return { status: 200, body: { ...viewOf(record), ...(queue && { queue }) } };
});
