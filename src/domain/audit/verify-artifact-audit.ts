import type { ArtifactAudit } from '#schemas/evidence/artifact-audit.ts';
import { contradictionsOf } from './contradictions.ts';
import { verifyChain, type ChainLink } from './verify-chain.ts';
import { faultOfStatement, type SignedText } from './verify-statement.ts';

/** How one part of an artifact's audit stands. */
export interface AuditFinding {
  /** `statement <identity>` or `deployment <id>`. */
  readonly subject: string;
  /** Links of a deployment's chain. */
  readonly links?: number;
  /** In words; none when all is as it has to be. */
  readonly faults: readonly string[];
}

interface Checks {
  /** SHA-256 of a text, in hexadecimal. */
  readonly hash: (text: string) => string;
  /** Whether the key made this signature over exactly this text. */
  readonly isSigned: (text: string, signature: SignedText['signature']) => boolean;
}

/** Verifies every statement and every chain of an artifact's audit, with nothing but what is in it. */
export function verifyArtifactAudit(
  audit: Pick<ArtifactAudit, 'service' | 'digest' | 'statements' | 'deployments'>,
  { hash, isSigned }: Checks,
): readonly AuditFinding[] {
  const { service, digest } = audit;
  const statements = audit.statements.map(({ identity, statement, signature }): AuditFinding => {
    const fault =
      statement === undefined || signature === undefined
        ? 'the signed statement is gone'
        : faultOfStatement({ statement, signature }, { service, digest, identity }, isSigned);
    return { subject: `statement ${identity}`, faults: fault === undefined ? [] : [fault] };
  });
  const nothing = audit.statements.length === 0 ? [{ subject: 'statements', faults: ['there is none'] }] : [];
  const deployments = audit.deployments.map(({ record, chain }): AuditFinding => {
    const links = chain.events as unknown as readonly ChainLink[];
    const { faults } = verifyChain(links, { aggregate: record.id, head: chain.head }, hash);
    const foreign = record.service === service ? [] : [`it is a deployment of the service "${record.service}"`];
    return {
      subject: `deployment ${record.id}`,
      links: links.length,
      faults: [...foreign, ...contradictionsOf(record, links), ...faults.map(({ seq, reason }) => `#${seq} ${reason}`)],
    };
  });
  return [...nothing, ...statements, ...deployments];
}
