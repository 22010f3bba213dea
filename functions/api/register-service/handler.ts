import { registerService as contract } from '#schemas/api/register-service.ts';
import { serviceViewOf } from '#domain/service/view.ts';
import { apiHandler } from '#runtime/api-handler.ts';
import { registerService } from '#usecases/register-service.ts';

export const handler = apiHandler(contract, async ({ params, body, caller }, deps) => {
  const { service, created } = await registerService(deps, { name: params.service, ...body }, caller);
  return { status: created ? 201 : 200, body: serviceViewOf(service) };
});
