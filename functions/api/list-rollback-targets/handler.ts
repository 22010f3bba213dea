import { listRollbackTargets as contract } from '#schemas/api/list-rollback-targets.ts';
import { apiHandler } from '#runtime/api-handler.ts';
import { listRollbackTargets } from '#usecases/list-rollback-targets.ts';

export const handler = apiHandler(contract, async ({ params, query }, deps) => {
  const { items, ...present } = await listRollbackTargets(deps, { ...params, ...query });
  return { status: 200, body: { ...present, items: [...items] } };
});
