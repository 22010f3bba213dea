import { listServices as contract } from '#schemas/api/list-services.ts';
import { serviceStateView } from '#domain/service/view.ts';
import { apiHandler } from '#runtime/api-handler.ts';
import { listServices } from '#usecases/list-services.ts';

export const handler = apiHandler(contract, async ({ query }, deps) => {
  const { items, cursor } = await listServices(deps, query);
  return { status: 200, body: { items: items.map(serviceStateView), ...(cursor !== undefined && { cursor }) } };
});
