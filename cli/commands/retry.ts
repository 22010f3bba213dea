import type { Command } from 'commander';
import { exitCode, type ExitCode } from '../exit-code.ts';
import { parseDuration } from '../parse-duration.ts';
import { printJson, printLines } from '../print.ts';
import { headLine } from '../render/deployment-lines.ts';
import { statusWord } from '../render/status-word.ts';
import type { RunCommand, Session, SharedOptions } from '../session.ts';
import { watch } from '../watch/watch.ts';
import { requireWatch } from './require-watch.ts';

interface RetryOptions extends SharedOptions {
  readonly watch?: true;
  readonly timeout?: number;
}

export function addRetry(program: Command, run: RunCommand): void {
  program
    .command('retry')
    .description('run a failed or cancelled deployment again, from what it had finished')
    .argument('<id>', 'id of the deployment, dep_…')
    .option('--watch', 'show every step until it is over')
    .option('--timeout <duration>', 'with --watch: stop watching after this long, for instance 15m', parseDuration)
    .action((id: string, options: RetryOptions) => run(options, (session) => retry(session, id, options)));
}

async function retry(session: Session, deploymentId: string, options: RetryOptions): Promise<ExitCode> {
  const { client, output, json } = session;
  requireWatch(options);
  const { status, body } = await client.retryDeployment({ params: { deploymentId } });
  if (status === 200) printLines(output.err, ['This deployment is on its way already.']);
  if (options.watch) return watch(session, body, options.timeout);
  const { paint } = output.out;
  if (json) printJson(output.out, body);
  else {
    printLines(output.out, [
      `${headLine(body, paint)}  ${statusWord(body.status, paint)}, run ${body.run}`,
      paint.dim(`Watch it with: dsctl status ${body.id} --watch`),
    ]);
  }
  return exitCode.ok;
}
