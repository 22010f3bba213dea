import { createHash, createPublicKey, verify, type KeyObject } from 'node:crypto';
import { verifyArtifactAudit, type AuditFinding } from '#domain/audit/verify-artifact-audit.ts';
import { verifyChain, type ChainLink } from '#domain/audit/verify-chain.ts';
import type { ChainHead } from '#domain/event/chain.ts';
import type { ChainLinkView } from '#schemas/evidence/archived-record.ts';
import type { ArtifactAudit } from '#schemas/evidence/artifact-audit.ts';

/** A deployment's chain as the service gave it, and what the service says of it. */
export interface DeploymentAudit {
  readonly deploymentId: string;
  readonly head: ChainHead;
  readonly events: readonly ChainLinkView[];
  readonly reported: readonly string[];
}

export interface AuditReport {
  readonly status: 'intact' | 'broken';
  readonly findings: readonly AuditFinding[];
  /** SHA-256 of the key that signatures were verified with: who it belongs to, a person has to know. */
  readonly keyFingerprint?: string;
}

/** Computes every hash once more: what the service says of its own chain is no evidence. */
export function checkDeployment({ deploymentId, head, events, reported }: DeploymentAudit): AuditReport {
  const links = events as unknown as readonly ChainLink[];
  const { faults } = verifyChain(links, { aggregate: deploymentId, head }, sha256);
  const found = faults.map(({ seq, reason }) => `#${seq} ${reason}`);
  const all = [...new Set([...found, ...reported])];
  return reportOf([{ subject: `deployment ${deploymentId}`, links: events.length, faults: all }]);
}

/** @param pinned the key that has to have signed; without it the one that came along counts */
export function checkArtifact(audit: ArtifactAudit, pinned?: KeyObject): AuditReport {
  const key = pinned ?? keyIn(audit.publicKey.pem);
  const isSigned = (text: string, { value }: { readonly value: string }): boolean =>
    key !== undefined && verify('sha256', Buffer.from(text), key, Buffer.from(value, 'base64'));
  const report = reportOf(verifyArtifactAudit(audit, { hash: sha256, isSigned }));
  return key ? { ...report, keyFingerprint: sha256(key.export({ type: 'spki', format: 'der' })) } : report;
}

function reportOf(findings: readonly AuditFinding[]): AuditReport {
  return { status: findings.every(({ faults }) => faults.length === 0) ? 'intact' : 'broken', findings };
}

function keyIn(pem: string): KeyObject | undefined {
  try {
    return createPublicKey(pem);
  } catch {
    return undefined;
  }
}

function sha256(content: string | Uint8Array): string {
  return createHash('sha256').update(content).digest('hex');
}
