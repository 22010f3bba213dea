import { listApprovals as contract } from '#schemas/api/list-approvals.ts';
import { detailsOf } from '#domain/deployment/view.ts';
import { apiHandler } from '#runtime/api-handler.ts';
import { listApprovals } from '#usecases/list-approvals.ts';

export const handler = apiHandler(contract, async ({ query }, deps) => {
  const { items, more } = await listApprovals(deps, query.limit);
  return { status: 200, body: { items: items.map(detailsOf), more } };
});
