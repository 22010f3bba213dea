import type { DeploymentView } from '#schemas/api/deployment-view.ts';
import type { Paint } from './paint.ts';
import { printable } from './printable.ts';

/** Who is asked while a deployment is watched, and how they answer. */
export function askingLines({ id, approval }: DeploymentView, paint: Paint): readonly string[] {
  if (approval?.state !== 'waiting') return [];
  return [...approvalLines(approval, paint), paint.dim(`  Approve it with: dsctl approve ${id}`)];
}

/** Who has to agree, who did, and until when. */
export function approvalLines(approval: DeploymentView['approval'], paint: Paint): readonly string[] {
  if (!approval) return [];
  const { state, groups, quorum, votes, expiresAt } = approval;
  const yes = votes.filter(({ vote }) => vote === 'approve').length;
  const stands = {
    waiting: paint.yellow(`waits for ${groups.join(' or ')}: ${yes} of ${quorum} approved, until ${expiresAt}`),
    approved: paint.green(`approved by ${votes.map(({ by }) => by).join(', ')}`),
    rejected: paint.red(`rejected by ${votes.at(-1)?.by ?? 'nobody'}`),
  }[state];
  const comments = votes.flatMap(({ by, comment }) =>
    comment === undefined ? [] : [`    ${paint.dim(`${by}: ${printable(comment, false)}`)}`],
  );
  return [`  ${stands}`, ...comments];
}
