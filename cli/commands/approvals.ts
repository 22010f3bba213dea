import type { Command } from 'commander';
import { exitCode, type ExitCode } from '../exit-code.ts';
import { printJson, printLines } from '../print.ts';
import { table } from '../render/table.ts';
import type { RunCommand, Session, SharedOptions } from '../session.ts';

export function addApprovals(program: Command, run: RunCommand): void {
  program
    .command('approvals')
    .description('list the releases that wait for approval, the longest waiting first')
    .action((options: SharedOptions) => run(options, approvals));
}

async function approvals({ client, output, json }: Session): Promise<ExitCode> {
  const { body } = await client.listApprovals();
  if (json) {
    printJson(output.out, body);
    return exitCode.ok;
  }
  const { paint } = output.out;
  const rows = body.items.map(({ id, service, environment, commit, actor, approval }) => [
    paint.dim(id),
    `${service} → ${environment}`,
    commit.slice(0, 7),
    `by ${actor}`,
    `${(approval?.votes ?? []).filter(({ vote }) => vote === 'approve').length} of ${approval?.quorum ?? 1} approved`,
    approval?.groups.join(', ') ?? '',
    paint.dim(`until ${approval?.expiresAt ?? ''}`),
  ]);
  printLines(output.out, rows.length === 0 ? ['Nothing waits for approval.'] : table(rows));
  if (body.more) printLines(output.err, ['There are more than these.']);
  return exitCode.ok;
}
