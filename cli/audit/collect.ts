import type { Client } from '#client/client.ts';
import type { ChainLinkView } from '#schemas/evidence/archived-record.ts';
import type { ArtifactAudit } from '#schemas/evidence/artifact-audit.ts';
import type { DeploymentAudit } from './check.ts';

/** The whole chain of a deployment. */
export async function collectDeployment(client: Client, deploymentId: string): Promise<DeploymentAudit> {
  const events: ChainLinkView[] = [];
  const reported: string[] = [];
  for (let after = 0; ;) {
    const { body } = await client.verifyAudit({ params: { deploymentId }, query: { after, limit: 500 } });
    events.push(...body.events);
    reported.push(...body.verification.faults.map(({ seq, reason }) => `#${seq} ${reason}`));
    if (body.next === undefined || body.next <= after) return { deploymentId, head: body.head, events, reported };
    after = body.next;
  }
}

interface Wanted {
  readonly service: string;
  readonly digest: string;
  readonly exportedAt: string;
}

/** All that there is about an artifact, as one document. */
export async function collectArtifact(client: Client, { service, digest, exportedAt }: Wanted): Promise<ArtifactAudit> {
  const statements = new Map<string, ArtifactAudit['statements'][number]>();
  const deployments: ArtifactAudit['deployments'] = [];
  for (let after: string | undefined; ;) {
    const { body } = await client.getArtifactAudit({ params: { service, digest }, query: { after, limit: 20 } });
    for (const statement of body.statements) statements.set(statement.identity, statement);
    deployments.push(...body.deployments.map(({ record, chain }) => ({ record, chain })));
    if (body.next !== undefined && body.next !== after) {
      after = body.next;
      continue;
    }
    return {
      format: 'deployment-service/artifact-audit',
      version: 1,
      exportedAt,
      service,
      digest,
      publicKey: body.publicKey,
      statements: [...statements.values()],
      deployments,
    };
  }
}
