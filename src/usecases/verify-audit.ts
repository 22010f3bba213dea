import { verifyChain, type ChainVerdict } from '#domain/audit/verify-chain.ts';
import type { ChainHead } from '#domain/event/chain.ts';
import type { Deployment } from '#domain/deployment/deployment.ts';
import type { AuditEntry } from '#ports/audit-log.ts';
import type { Deps } from '#ports/deps.ts';
import { getDeployment } from './get-deployment.ts';

type AuditDeps = Pick<Deps, 'audit' | 'deployments' | 'digest'>;

export interface AuditPage {
  readonly deployment: Deployment;
  /** What the record says of the chain's last link. */
  readonly head: ChainHead;
  readonly entries: readonly AuditEntry[];
  readonly verdict: ChainVerdict;
  /** Number of the last link of this page, when more follow. */
  readonly next?: number;
}

/**
 * A page of a deployment's chain with what a look at every link of it says. The last link of the page before is looked at
 * once more, so that pages leave no joint between them out.
 *
 * @throws Refusal `not_found`
 */
export async function verifyAudit(
  deps: AuditDeps,
  deploymentId: string,
  { after, limit }: { readonly after: number; readonly limit: number },
): Promise<AuditPage> {
  const page = await readPage(deps, deploymentId, after, limit);
  if (page.verdict.status === 'intact') return page;
  // It may have grown, or moved to the archive, between the record and its chain.
  const { deployment } = await getDeployment(deps, deploymentId);
  const isSame = deployment.rev === page.deployment.rev && deployment.archived === page.deployment.archived;
  return isSame ? page : readPage(deps, deploymentId, after, limit);
}

async function readPage(deps: AuditDeps, deploymentId: string, after: number, limit: number): Promise<AuditPage> {
  const { deployment } = await getDeployment(deps, deploymentId);
  const { chain: head, archived = false } = deployment;
  const overlap = after > 0 && after <= head.seq ? 1 : 0;
  const chain = { aggregate: deploymentId, archived };
  const read = after > head.seq ? [] : await deps.audit.read(chain, after - overlap, limit + overlap);
  const reached = read.at(-1)?.detail.seq ?? after;
  // A full page is not the last one, unless it reaches what the record calls the last.
  const isLast = read.length < limit + overlap || reached >= head.seq;
  const from = overlap === 0 ? undefined : { seq: after - 1, hash: read[0]?.detail.prevHash ?? '' };
  const verdict = verifyChain(
    read,
    { aggregate: deploymentId, ...(from && { from }), ...(isLast && { head }) },
    deps.digest,
  );
  const entries = read.slice(overlap);
  const next = isLast ? undefined : entries.at(-1)?.detail.seq;
  return { deployment, head, entries, verdict, ...(next !== undefined && { next }) };
}
