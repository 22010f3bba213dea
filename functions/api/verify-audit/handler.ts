import { verifyAudit as contract } from '#schemas/api/verify-audit.ts';
import { verdictView } from '#domain/audit/view.ts';
import { apiHandler } from '#runtime/api-handler.ts';
import { verifyAudit } from '#usecases/verify-audit.ts';

export const handler = apiHandler(contract, async ({ params, query }, deps) => {
  const { deployment, head, entries, verdict, next } = await verifyAudit(deps, params.deploymentId, query);
  const body = {
    deploymentId: deployment.id,
    ...(deployment.archived && { archived: true as const }),
    head: { ...head },
    events: [...entries],
    verification: verdictView(verdict),
    ...(next !== undefined && { next }),
  };
  return { status: 200, body };
});
