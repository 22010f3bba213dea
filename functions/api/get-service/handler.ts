import { getService as contract } from '#schemas/api/get-service.ts';
import { serviceStateView } from '#domain/service/view.ts';
import { apiHandler } from '#runtime/api-handler.ts';
import { getService } from '#usecases/get-service.ts';

export const handler = apiHandler(contract, async ({ params }, deps) => {
  const state = await getService(deps, params.service);
  return { status: 200, body: serviceStateView(state) };
});
