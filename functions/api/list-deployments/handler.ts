import { listDeployments as contract } from '#schemas/api/list-deployments.ts';
import { summaryOf } from '#domain/deployment/view.ts';
import { apiHandler } from '#runtime/api-handler.ts';
import { listDeployments } from '#usecases/list-deployments.ts';

export const handler = apiHandler(contract, async ({ query }, deps) => {
  const { items, cursor } = await listDeployments(deps, query);
  return { status: 200, body: { items: items.map(summaryOf), ...(cursor !== undefined && { cursor }) } };
});
