import type { Deployment } from '#domain/deployment/deployment.ts';
import { countVote, type Ballot } from '#domain/deployment/vote.ts';
import type { Deps } from '#ports/deps.ts';
import type { Caller } from './caller.ts';
import { commitDecision } from './commit-decision.ts';
import { momentOf } from './moment-of.ts';

type DecideDeps = Pick<Deps, 'deployments' | 'workflows' | 'clock' | 'digest'>;

/**
 * Approves or rejects a release that waits. Whoever decides need not own the service: the manifest names the groups.
 *
 * @throws Refusal `not_found`, `permission_denied`, or `conflict` when nothing waits or something else does
 */
export async function decideApproval(
  deps: DecideDeps,
  deploymentId: string,
  said: Pick<Ballot, 'vote' | 'artifactDigest' | 'comment'>,
  caller: Caller,
): Promise<Deployment> {
  const ballot: Ballot = { ...said, groups: caller.groups, email: caller.email };
  const { value, deployment } = await commitDecision(deps, deploymentId, async (record) => {
    const counting = countVote(record, ballot, momentOf(deps, caller.subject));
    const { kind } = counting;
    // The commit forgets it. Read after the record, it is the one that the commit's revision knows.
    const token = kind === 'decided' ? await deps.deployments.approvalToken(deploymentId) : undefined;
    return { value: { token }, decision: kind === 'known' ? undefined : counting.decision };
  });
  // A lost wake-up costs time and nothing else: the machine asks again by itself.
  if (value.token !== undefined) await deps.workflows.wake(value.token, {});
  return deployment;
}
