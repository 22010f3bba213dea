import { decideApproval as contract } from '#schemas/api/decide-approval.ts';
import { detailsOf } from '#domain/deployment/view.ts';
import { apiHandler } from '#runtime/api-handler.ts';
import { decideApproval } from '#usecases/decide-approval.ts';

export const handler = apiHandler(contract, async ({ params, body, caller }, deps) => {
  const deployment = await decideApproval(deps, params.deploymentId, body, caller);
  return { status: 200, body: detailsOf(deployment) };
});
