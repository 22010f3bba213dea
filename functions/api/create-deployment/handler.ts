import { createDeployment as contract } from '#schemas/api/create-deployment.ts';
import { summaryOf } from '#domain/deployment/view.ts';
import { apiHandler } from '#runtime/api-handler.ts';
import { createDeployment } from '#usecases/create-deployment.ts';

export const handler = apiHandler(contract, async ({ body, caller, headers }, deps) => {
  const { deployment, created } = await createDeployment(deps, body, caller, headers['idempotency-key']);
  return {
    status: created ? 201 : 200,
    body: summaryOf(deployment),
    headers: { location: `/v1/deployments/${deployment.id}` },
  };
});
