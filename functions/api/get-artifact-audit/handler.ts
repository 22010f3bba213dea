import { getArtifactAudit as contract } from '#schemas/api/get-artifact-audit.ts';
import { verdictView } from '#domain/audit/view.ts';
import { viewOf } from '#domain/deployment/view.ts';
import { apiHandler } from '#runtime/api-handler.ts';
import { getArtifactAudit } from '#usecases/get-artifact-audit.ts';

export const handler = apiHandler(contract, async ({ params, query }, deps) => {
  const { publicKey, statements, uses, next } = await getArtifactAudit(deps, { ...params, ...query });
  const deployments = uses.map(({ record, entries, verdict }) => ({
    record: viewOf(record),
    chain: { head: { ...record.deployment.chain }, events: [...entries] },
    verification: verdictView(verdict),
  }));
  return {
    status: 200,
    body: { ...params, publicKey, statements: [...statements], deployments, ...(next !== undefined && { next }) },
  };
});
