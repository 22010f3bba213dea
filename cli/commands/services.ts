import { Option, type Command } from 'commander';
import type { ServiceStateView } from '#schemas/api/service-state.ts';
import { exitCode, type ExitCode } from '../exit-code.ts';
import { wholeNumber } from '../parse-whole-number.ts';
import { printJson, printLines } from '../print.ts';
import { serviceTable } from '../render/service-table.ts';
import type { RunCommand, Session, SharedOptions } from '../session.ts';

interface ServicesOptions extends SharedOptions {
  readonly limit?: number;
  readonly all?: true;
}

export function addServices(program: Command, run: RunCommand): void {
  program
    .command('services')
    .description('list the registered services, and what their environments run')
    .option('--limit <count>', 'at most so many (default: 20)', wholeNumber(1, 50))
    .addOption(new Option('--all', 'every one there is').conflicts('limit'))
    .action((options: ServicesOptions) => run(options, (session) => services(session, options)));
}

async function services(session: Session, options: ServicesOptions): Promise<ExitCode> {
  const { output, json, now } = session;
  const { items, cursor } = await readPages(session, options);
  if (json) {
    printJson(output.out, { items, ...(cursor !== undefined && { cursor }) });
    return exitCode.ok;
  }
  if (items.length === 0) {
    printLines(output.err, ['No service is registered yet; "dsctl register --help" says how to.']);
  }
  printLines(output.out, serviceTable(items, output.out.paint, now()));
  if (cursor !== undefined) printLines(output.err, ['There are more; --all shows every one, --limit sets how many.']);
  return exitCode.ok;
}

async function readPages({ client }: Session, { all, limit = 20 }: ServicesOptions) {
  const items: ServiceStateView[] = [];
  for (let cursor: string | undefined; ;) {
    const { body } = await client.listServices({ query: { limit: all ? 50 : limit, cursor } });
    items.push(...body.items);
    cursor = body.cursor;
    if (!all || cursor === undefined) return { items, cursor };
  }
}
