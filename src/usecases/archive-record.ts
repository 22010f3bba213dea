import { verifyChain, type ChainLink } from '#domain/audit/verify-chain.ts';
import { canonicalJson } from '#domain/canonical-json.ts';
import type { Deps } from '#ports/deps.ts';
import { archivedRecord, type ArchivedRecord } from '#schemas/evidence/archived-record.ts';
import { archiveLog, type ArchiveLogDeps } from './archive-log.ts';

export type ArchiveRecordDeps = ArchiveLogDeps & Pick<Deps, 'digest' | 'evidence' | 'records'>;

/**
 * Moves the record of a deployment that is over into the archive. Nothing is removed before the archive was read back,
 * has the bytes that were written, and its chain is whole. What says so is in the record itself, so that a run after a
 * crash only goes on removing, and never writes an archive of what is left.
 *
 * @returns `kept` when the record changed meanwhile, or its log cannot be archived yet
 * @throws Error when the chain is broken or the archive is not what was written; then nothing is removed
 */
export async function archiveRecord(deps: ArchiveRecordDeps, deploymentId: string): Promise<'archived' | 'kept'> {
  // First, because the record tells where its log lies.
  if ((await archiveLog(deps, deploymentId)) === 'kept') return 'kept';
  const stored = await deps.records.stored(deploymentId);
  if (!stored) return 'archived';
  const { deployment, mark, document } = stored;
  if (mark) {
    await verified(deps, mark.key, mark.sha256);
  } else {
    requireWhole(deps, document);
    const bytes = Buffer.from(canonicalJson(document));
    const sha256 = deps.digest(bytes);
    const key = deps.evidence.keyOf('record', deploymentId);
    // Read once more after all its rows: until it is marked, nobody removes one of them.
    if (!(await deps.records.isUnchanged(deployment))) return 'kept';
    await deps.evidence.put(key, bytes, { contentType: 'application/json', sha256 });
    await verified(deps, key, sha256);
    if (!(await deps.records.mark(deployment, { key, sha256 }))) return 'kept';
  }
  await deps.records.remove(deploymentId);
  return 'archived';
}

async function verified(deps: ArchiveRecordDeps, key: string, sha256: string): Promise<void> {
  const bytes = await deps.evidence.get(key);
  if (!bytes) throw new Error(`The archived record ${key} is not there.`);
  if (deps.digest(bytes) !== sha256) throw new Error(`The archived record ${key} is not what was written.`);
  requireWhole(deps, archivedRecord.parse(JSON.parse(Buffer.from(bytes).toString('utf8'))));
}

function requireWhole({ digest }: ArchiveRecordDeps, { deploymentId, chain }: ArchivedRecord): void {
  const links = chain.events as unknown as readonly ChainLink[];
  const [fault] = verifyChain(links, { aggregate: deploymentId, head: chain.head }, digest).faults;
  if (fault) throw new Error(`The chain of ${deploymentId} is broken at #${fault.seq}: ${fault.reason}.`);
  const untold = chain.events.find(({ publishedAt }) => publishedAt === undefined);
  if (untold) throw new Error(`Event ${untold.detail.id} was never published, so its row has to stay.`);
}
