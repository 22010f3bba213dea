import { Option, type Command } from 'commander';
import { deploymentStatus, type DeploymentStatus } from '#schemas/workflows/status.ts';
import type { DeploymentSummary } from '#schemas/api/deployment-view.ts';
import { exitCode, type ExitCode } from '../exit-code.ts';
import { parseDuration } from '../parse-duration.ts';
import { wholeNumber } from '../parse-whole-number.ts';
import { printJson, printLines } from '../print.ts';
import { deploymentTable } from '../render/deployment-table.ts';
import type { RunCommand, Session, SharedOptions } from '../session.ts';

interface ListOptions extends SharedOptions {
  readonly service?: string;
  readonly environment?: string;
  readonly status?: DeploymentStatus;
  /** Milliseconds. */
  readonly since?: number;
  readonly limit?: number;
  readonly all?: true;
}

export function addList(program: Command, run: RunCommand): void {
  program
    .command('list')
    .description('list deployments, newest first')
    .option('--service <name>', 'of this service only')
    .option('--environment <name>', 'to this environment only')
    .addOption(new Option('--status <status>', 'with this status only').choices(deploymentStatus.options))
    .option('--since <duration>', 'asked for within this long, for instance 2h', parseDuration)
    .option('--limit <count>', 'at most so many (default: 20)', wholeNumber(1, 100))
    .addOption(new Option('--all', 'every one there is').conflicts('limit'))
    .action((options: ListOptions) => run(options, (session) => list(session, options)));
}

async function list(session: Session, options: ListOptions): Promise<ExitCode> {
  const { output, json, now } = session;
  const { items, cursor } = await readPages(session, options);
  if (json) {
    printJson(output.out, { items, ...(cursor !== undefined && { cursor }) });
    return exitCode.ok;
  }
  if (items.length === 0) printLines(output.err, ['There are no such deployments.']);
  printLines(output.out, deploymentTable(items, output.out.paint, now()));
  if (cursor !== undefined) printLines(output.err, ['There are more; --all shows every one, --limit sets how many.']);
  return exitCode.ok;
}

async function readPages({ client, now }: Session, options: ListOptions) {
  const { service, environment, status, since, all } = options;
  const from = since === undefined ? undefined : new Date(now() - since).toISOString();
  const limit = all ? 100 : (options.limit ?? 20);
  const items: DeploymentSummary[] = [];
  for (let cursor: string | undefined; ;) {
    const { body } = await client.listDeployments({ query: { service, environment, status, from, limit, cursor } });
    items.push(...body.items);
    cursor = body.cursor;
    if (!all || cursor === undefined) return { items, cursor };
  }
}
