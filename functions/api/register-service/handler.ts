import { registerService as contract } from '#schemas/api/register-service.ts';
import { apiHandler } from '#runtime/api-handler.ts';
import { registerService } from '#usecases/register-service.ts';

export const handler = apiHandler(contract, async ({ params, body, caller }, deps) => {
  const { service, created } = await registerService(deps, { name: params.service, ...body }, caller);
  const { name, repository, manifestPath, owner, environments, createdAt, updatedAt } = service;
  return {
    status: created ? 201 : 200,
    body: { name, repository, manifestPath, owner, environments: { ...environments }, createdAt, updatedAt },
  };
});
