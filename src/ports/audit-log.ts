import type { ChainLink } from '#domain/audit/verify-chain.ts';

/** A link of a chain, with when the bus took it. */
export interface AuditEntry extends ChainLink {
  readonly publishedAt?: string;
}

/** A page of deployments, in the order in which they were asked for. */
export interface ArtifactUses {
  readonly deploymentIds: readonly string[];
  readonly more: boolean;
}

/** Every event that was ever committed, in chains: one for each deployment and each service. */
export interface AuditLog {
  /** Links of an aggregate's chain after a number, in order, as they are kept in the table or, once archived, in the archive. */
  read(
    chain: { readonly aggregate: string; readonly archived?: boolean },
    afterSeq: number,
    limit: number,
  ): Promise<readonly AuditEntry[]>;
  /** The deployments that built, released, promoted or restored an artifact of a service. */
  usesOf(service: string, digest: string, afterId: string | undefined, limit: number): Promise<ArtifactUses>;
}
