import { rollBack as contract } from '#schemas/api/roll-back.ts';
import { summaryOf } from '#domain/deployment/view.ts';
import { apiHandler } from '#runtime/api-handler.ts';
import { rollBack } from '#usecases/roll-back.ts';

export const handler = apiHandler(contract, async ({ params, body, caller, headers }, deps) => {
  const { deployment, created } = await rollBack(deps, { ...params, ...body }, caller, headers['idempotency-key']);
  return {
    status: created ? 201 : 200,
    body: summaryOf(deployment),
    headers: { location: `/v1/deployments/${deployment.id}` },
  };
});
