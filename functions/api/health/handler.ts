import { health as contract } from '#schemas/api/health.ts';
import { apiHandler } from '#runtime/api-handler.ts';
import { getHealth } from '#usecases/get-health.ts';

export const handler = apiHandler(contract, async (_request, deps) => {
  const health = await getHealth(deps);
  return { status: health.table === 'down' ? 503 : 200, body: health };
});
