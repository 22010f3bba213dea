import type { Command } from 'commander';
import { isTerminal } from '#domain/deployment/transitions.ts';
import type { DeploymentStatus } from '#schemas/workflows/status.ts';
import { exitCode, type ExitCode } from '../exit-code.ts';
import { parseDuration } from '../parse-duration.ts';
import { printJson, printLines } from '../print.ts';
import { headLine } from '../render/deployment-lines.ts';
import { statusWord } from '../render/status-word.ts';
import type { RunCommand, Session, SharedOptions } from '../session.ts';
import { watch } from '../watch/watch.ts';
import { requireWatch } from './require-watch.ts';

interface CancelOptions extends SharedOptions {
  readonly reason?: string;
  readonly watch?: true;
  readonly timeout?: number;
}

export function addCancel(program: Command, run: RunCommand): void {
  program
    .command('cancel')
    .description('end a deployment; what has traffic already is taken back')
    .argument('<id>', 'id of the deployment, dep_…')
    .option('--reason <text>', 'why, for whoever asks later')
    .option('--watch', 'show every step until it is over')
    .option('--timeout <duration>', 'with --watch: stop watching after this long, for instance 15m', parseDuration)
    .action((id: string, options: CancelOptions) => run(options, (session) => cancel(session, id, options)));
}

async function cancel(session: Session, deploymentId: string, options: CancelOptions): Promise<ExitCode> {
  const { client, output, json } = session;
  requireWatch(options);
  const reason = options.reason === undefined ? {} : { reason: options.reason };
  const { body: before } = await client.getDeployment({ params: { deploymentId } });
  const { body } = await client.cancelDeployment({ params: { deploymentId }, body: reason });
  if (before.cancel) {
    printLines(output.err, [`This deployment was cancelled already, at ${before.cancel.at} by ${before.cancel.by}.`]);
  }
  if (options.watch) return watch(session, body, options.timeout, exitCodeOfCancelled);
  const { paint } = output.out;
  if (json) printJson(output.out, body);
  else {
    const isOver = isTerminal(body.status);
    printLines(output.out, [
      `${headLine(body, paint)}  ${isOver ? statusWord(body.status, paint) : 'is being taken back'}`,
      ...(isOver ? [] : [paint.dim(`Watch it with: dsctl status ${body.id} --watch`)]),
    ]);
  }
  return exitCode.ok;
}

/** Both are what was asked for: nothing had traffic, or what had it was taken back. */
function exitCodeOfCancelled(status: DeploymentStatus): ExitCode {
  return status === 'cancelled' || status === 'rolled_back' ? exitCode.ok : exitCode.failed;
}
