import { verifyChain, type ChainVerdict } from '#domain/audit/verify-chain.ts';
import type { DeploymentRecord } from '#domain/deployment/deployment.ts';
import { Refusal } from '#domain/refusal.ts';
import type { AuditEntry } from '#ports/audit-log.ts';
import type { Deps } from '#ports/deps.ts';
import type { PublicKey } from '#ports/signer.ts';
import type { AuditStatement } from '#schemas/evidence/artifact-audit.ts';
import { signedStatement } from '#schemas/workflows/artifact-statement.ts';
import { getDeployment } from './get-deployment.ts';

type AuditDeps = Pick<Deps, 'audit' | 'blobs' | 'deployments' | 'digest' | 'signer'>;

interface Use {
  readonly record: DeploymentRecord;
  readonly entries: readonly AuditEntry[];
  readonly verdict: ChainVerdict;
}

export interface ArtifactAuditPage {
  readonly publicKey: PublicKey;
  readonly statements: readonly AuditStatement[];
  readonly uses: readonly Use[];
  /** Id of the last deployment of this page, when more follow. */
  readonly next?: string;
}

interface Wanted {
  readonly service: string;
  readonly digest: string;
  readonly after?: string | undefined;
  readonly limit: number;
}

/** An answer has at most 6 MB, and a link about 1 KB. */
const mostLinks = 2_000;
const linksPerRead = 500;

/**
 * What there is about an artifact: who asked for it, who agreed, where it went, and what vouches for it.
 *
 * @throws Refusal `not_found` when no deployment of the service ever had it
 */
export async function getArtifactAudit(
  deps: AuditDeps,
  { service, digest, after, limit }: Wanted,
): Promise<ArtifactAuditPage> {
  const { deploymentIds, more } = await deps.audit.usesOf(service, digest, after, limit);
  if (deploymentIds.length === 0 && after === undefined) {
    throw new Refusal('not_found', `No deployment of ${service} has had the artifact ${digest}.`);
  }
  const uses: Use[] = [];
  let links = 0;
  for (const id of deploymentIds) {
    if (uses.length > 0 && links >= mostLinks) break;
    const use = await useOf(deps, id);
    uses.push(use);
    links += use.entries.length;
  }
  const last = deploymentIds[uses.length - 1];
  const isCut = more || uses.length < deploymentIds.length;
  const [publicKey, statements] = await Promise.all([deps.signer.publicKey(), statementsOf(deps, digest, uses)]);
  return { publicKey, statements, uses, ...(isCut && last !== undefined && { next: last }) };
}

async function useOf(deps: AuditDeps, id: string): Promise<Use> {
  const record = await getDeployment(deps, id);
  const { chain: head, archived = false } = record.deployment;
  const entries: AuditEntry[] = [];
  for (let after = 0; after < head.seq;) {
    const read = await deps.audit.read({ aggregate: id, archived }, after, Math.min(linksPerRead, head.seq - after));
    if (read.length === 0) break;
    entries.push(...read);
    after = Math.max(after + 1, read.at(-1)?.detail.seq ?? 0);
  }
  return { record, entries, verdict: verifyChain(entries, { aggregate: id, head }, deps.digest) };
}

/** One for each content that gave these bytes; a deployment that has another artifact by now knows none of this one's. */
async function statementsOf(
  { blobs }: AuditDeps,
  digest: string,
  uses: readonly Use[],
): Promise<readonly AuditStatement[]> {
  const artifacts = uses.flatMap(({ record }) => record.deployment.artifact ?? []);
  const own = new Map(
    artifacts.filter((artifact) => artifact.digest === digest).map((artifact) => [artifact.identity, artifact]),
  );
  return Promise.all(
    [...own.values()].map(async ({ identity, signatureKey }) => {
      const bytes = await blobs.get(signatureKey);
      const read = bytes && signedStatement.safeParse(jsonOf(Buffer.from(bytes).toString('utf8')));
      return read?.success ? { identity, ...read.data } : { identity };
    }),
  );
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
