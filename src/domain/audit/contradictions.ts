import type { ChainLink } from './verify-chain.ts';

/** What a record says that its chain tells as well. Anything may be missing: it comes from outside. */
export interface AuditedRecord {
  readonly service?: unknown;
  readonly environment?: unknown;
  readonly commit?: unknown;
  readonly actor?: unknown;
  readonly status?: unknown;
  readonly approval?: unknown;
}

/** The event that tells of each end. */
const endings: Readonly<Record<string, ChainLink['type']>> = {
  succeeded: 'deployment.succeeded',
  failed: 'deployment.failed',
  cancelled: 'deployment.cancelled',
  superseded: 'deployment.superseded',
  rolled_back: 'deployment.rolled_back',
  rollback_failed: 'deployment.rollback_failed',
};

/**
 * Where a record says something else than its chain. The record itself has no hash: who asked for what, who agreed and how
 * it ended counts because the chain says so.
 */
export function contradictionsOf(record: AuditedRecord, links: readonly ChainLink[]): readonly string[] {
  const [first] = links;
  if (!first) return [];
  const told: readonly (readonly [name: string, of: unknown, chain: unknown])[] = [
    ['service', record.service, first.detail.service],
    ['environment', record.environment, first.detail.environment],
    ['commit', record.commit, member(first.detail.data, 'commit')],
    ['actor', record.actor, first.detail.actor],
  ];
  const faults = told
    .filter(([, of, chain]) => of !== undefined && of !== chain)
    .map(([name, of, chain]) => `the record names the ${name} ${String(of)}, and the chain ${String(chain)}`);
  const ending = endings[String(record.status)];
  const isTold = ending === undefined || links.some(({ type }) => type === ending);
  return [
    ...faults,
    ...(isTold ? [] : [`the record says that it ${String(record.status)}, and the chain does not`]),
    ...votesIn(record)
      .filter((vote) => !links.some((link) => tellsOf(link, vote)))
      .map((vote) => `the record has a vote of ${String(vote.by)} that the chain does not know`),
  ];
}

interface Vote {
  readonly by?: unknown;
  readonly vote?: unknown;
  readonly at?: unknown;
}

function votesIn({ approval }: AuditedRecord): readonly Vote[] {
  const votes = member(approval, 'votes');
  return Array.isArray(votes) ? (votes as readonly Vote[]) : [];
}

function tellsOf({ type, detail }: ChainLink, { by, vote, at }: Vote): boolean {
  if (type !== 'deployment.approval_decided') return false;
  return member(detail.data, 'by') === by && member(detail.data, 'vote') === vote && detail.occurredAt === at;
}

function member(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>)[name] : undefined;
}
