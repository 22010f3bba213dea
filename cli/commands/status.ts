import type { Command } from 'commander';
import type { ExitCode } from '../exit-code.ts';
import { parseDuration } from '../parse-duration.ts';
import { printJson, printLines } from '../print.ts';
import { deploymentLines } from '../render/deployment-lines.ts';
import type { RunCommand, Session, SharedOptions } from '../session.ts';
import { exitCodeOf, watch } from '../watch/watch.ts';
import { requireWatch } from './require-watch.ts';

interface StatusOptions extends SharedOptions {
  readonly watch?: true;
  readonly timeout?: number;
}

export function addStatus(program: Command, run: RunCommand): void {
  program
    .command('status')
    .description('show a deployment with its steps')
    .argument('<id>', 'id of the deployment, dep_…')
    .option('--watch', 'go on showing it until it is over')
    .option('--timeout <duration>', 'with --watch: stop watching after this long, for instance 15m', parseDuration)
    .action((id: string, options: StatusOptions) => run(options, (session) => status(session, id, options)));
}

async function status(session: Session, deploymentId: string, options: StatusOptions): Promise<ExitCode> {
  const { client, output, json, now } = session;
  requireWatch(options);
  const { body } = await client.getDeployment({ params: { deploymentId } });
  if (options.watch) return watch(session, body, options.timeout);
  if (json) printJson(output.out, body);
  else printLines(output.out, deploymentLines(body, output.out.paint, now()));
  return exitCodeOf(body.status);
}
