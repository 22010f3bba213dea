import type { Command } from 'commander';
import { exitCode, type ExitCode } from '../exit-code.ts';
import { parseDuration } from '../parse-duration.ts';
import { printJson, printLines } from '../print.ts';
import { headLine } from '../render/deployment-lines.ts';
import { statusWord } from '../render/status-word.ts';
import type { RunCommand, Session, SharedOptions } from '../session.ts';
import { hasUncommittedChanges, resolveCommit } from '../source/git.ts';
import { watch } from '../watch/watch.ts';
import { checkManifest } from './check-manifest.ts';
import { requireWatch } from './require-watch.ts';

interface DeployOptions extends SharedOptions {
  readonly environment: string;
  readonly commit?: string;
  readonly manifestPath: string;
  /** Commander's `--no-check`. */
  readonly check: boolean;
  readonly watch?: true;
  readonly timeout?: number;
  readonly idempotencyKey?: string;
}

export function addDeploy(program: Command, run: RunCommand): void {
  program
    .command('deploy')
    .description('deploy a commit of a service to an environment')
    .argument('<service>', 'name of the service')
    .requiredOption('--environment <name>', 'where to')
    .option('--commit <revision>', 'what; a full id, or anything git knows here (default: HEAD)')
    .option('--manifest-path <path>', 'its manifest in the repository, as registered', 'service.yaml')
    .option('--no-check', 'do not look at the manifest of the commit before')
    .option('--watch', 'show every step until it is over')
    .option('--timeout <duration>', 'with --watch: stop watching after this long, for instance 15m', parseDuration)
    .option('--idempotency-key <key>', 'the same key again answers with the deployment it made first')
    .action((service: string, options: DeployOptions) => run(options, (session) => deploy(session, service, options)));
}

async function deploy(session: Session, service: string, options: DeployOptions): Promise<ExitCode> {
  const { client, output, json } = session;
  const { environment, idempotencyKey, timeout } = options;
  requireWatch(options);
  const commit = await chooseCommit(session, options.commit);
  if (options.check && !(await checkManifest(session, { service, environment, commit, path: options.manifestPath }))) {
    return exitCode.failed;
  }
  const { status, body } = await client.createDeployment(
    { body: { service, environment, commit } },
    { idempotencyKey },
  );
  if (status === 200) printLines(output.err, ['This deployment was asked for before; here it is.']);
  if (options.watch) return watch(session, body, timeout);

  const { paint } = output.out;
  if (json) printJson(output.out, body);
  else {
    printLines(output.out, [
      `${headLine(body, paint)}  ${statusWord(body.status, paint)}`,
      paint.dim(`Watch it with: dsctl status ${body.id} --watch`),
    ]);
  }
  return exitCode.ok;
}

async function chooseCommit({ cwd, output }: Session, given: string | undefined): Promise<string> {
  const commit = await resolveCommit(cwd, given ?? 'HEAD');
  if (given === undefined && (await hasUncommittedChanges(cwd))) {
    printLines(output.err, [`Changes that are not committed are not part of ${commit.slice(0, 7)}.`]);
  }
  return commit;
}
