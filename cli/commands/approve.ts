import type { Command } from 'commander';
import { standing } from '#domain/deployment/standing.ts';
import { exitCode, type ExitCode } from '../exit-code.ts';
import { printJson, printLines } from '../print.ts';
import { approvalLines } from '../render/approval-lines.ts';
import { headLine } from '../render/deployment-lines.ts';
import type { RunCommand, Session, SharedOptions } from '../session.ts';
import { UsageError } from '../usage-error.ts';

interface ApproveOptions extends SharedOptions {
  readonly reject?: true;
  readonly comment?: string;
  readonly artifact?: string;
}

export function addApprove(program: Command, run: RunCommand): void {
  program
    .command('approve')
    .description('approve a release that waits for it, or reject it')
    .argument('<id>', 'id of the deployment, dep_…')
    .option('--reject', 'say no')
    .option('--comment <text>', 'why, for whoever asks later')
    .option('--artifact <digest>', 'what was looked at; anything else is not approved (default: what waits now)')
    .action((id: string, options: ApproveOptions) => run(options, (session) => approve(session, id, options)));
}

async function approve(session: Session, deploymentId: string, options: ApproveOptions): Promise<ExitCode> {
  const { client, output, json } = session;
  const artifactDigest = options.artifact ?? (await digestThatWaits(session, deploymentId));
  const comment = options.comment === undefined ? {} : { comment: options.comment };
  const vote = options.reject ? 'reject' : 'approve';
  const { body } = await client.decideApproval({
    params: { deploymentId },
    body: { vote, artifactDigest, ...comment },
  });
  const { paint } = output.out;
  if (json) printJson(output.out, body);
  else printLines(output.out, [headLine(body, paint), ...approvalLines(body.approval, paint)]);
  return exitCode.ok;
}

async function digestThatWaits({ client }: Session, deploymentId: string): Promise<string> {
  const { body } = await client.getDeployment({ params: { deploymentId } });
  if (body.approval) return body.approval.artifactDigest;
  throw new UsageError(`Deployment ${deploymentId} ${standing(body.status)} and waits for no approval.`);
}
