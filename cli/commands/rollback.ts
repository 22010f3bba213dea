import { Option, type Command } from 'commander';
import type { DeploymentView } from '#schemas/api/deployment-view.ts';
import type { RollbackTarget } from '#schemas/api/list-rollback-targets.ts';
import { exitCode, type ExitCode } from '../exit-code.ts';
import { parseDuration } from '../parse-duration.ts';
import { printJson, printLines } from '../print.ts';
import { rollbackLines, rollbackTable } from '../render/rollback-lines.ts';
import type { RunCommand, Session, SharedOptions } from '../session.ts';
import { UsageError } from '../usage-error.ts';
import { watch } from '../watch/watch.ts';

interface RollbackOptions extends SharedOptions {
  readonly environment?: string;
  readonly to?: string;
  readonly reason?: string;
  readonly list?: true;
  readonly dryRun?: true;
  readonly yes?: true;
  readonly timeout?: number;
}

export function addRollback(program: Command, run: RunCommand): void {
  program
    .command('rollback')
    .description('go back to an earlier release, at once and with all traffic')
    .argument('<service>', 'name of the service, or the id of the deployment that serves, dep_…')
    .option('--env, --environment <name>', 'where, if the service has several environments')
    .option('--to <id>', 'the deployment whose release is to serve again (default: the release before the present one)')
    .option('--reason <text>', 'why, for whoever asks later')
    .addOption(new Option('--list', 'only list the releases there are').conflicts(['to', 'reason', 'dryRun']))
    .option('--dry-run', 'only show what it would do, and what speaks for and against it')
    .option('--yes', 'do not ask first')
    .option('--timeout <duration>', 'stop watching after this long, for instance 15m', parseDuration)
    .action((what: string, options: RollbackOptions) => run(options, (session) => rollback(session, what, options)));
}

/** Where to go back, and what has to serve there for it. */
interface Place {
  readonly service: string;
  readonly environment: string;
  readonly deployment?: string;
}

async function rollback(session: Session, what: string, options: RollbackOptions): Promise<ExitCode> {
  const place = what.startsWith('dep_')
    ? await placeOfDeployment(session, what, options)
    : await placeOfService(session, what, options);
  const { client, output, json } = session;
  const params = { service: place.service, environment: place.environment };
  const { body: found } = await client.listRollbackTargets({ params, query: { to: options.to } });
  if (options.list) return list(session, found.items);

  const to = options.to === undefined ? found.items.find(({ standard }) => standard) : found.items[0];
  if (!to) {
    printLines(output.err, [
      `There is no release of ${place.environment} before the present one. See all: dsctl rollback ${place.service} --environment ${place.environment} --list`,
    ]);
    return exitCode.refused;
  }
  const from = found.current === undefined ? undefined : await read(session, found.current);
  // With --json the one document on standard output is the answer.
  if (json && options.dryRun) printJson(output.out, { ...found, items: [to] });
  if (!json) printLines(output.out, describe(session, place, from, to));
  if (!to.feasible) {
    if (!json) printLines(output.err, ['This release cannot be gone back to; nothing was changed.']);
    if (json && !options.dryRun) printJson(output.out, { ...found, items: [to] });
    return exitCode.refused;
  }
  if (options.dryRun) return exitCode.ok;
  if (!options.yes && !(await isMeant(session, place))) {
    printLines(output.err, ['Nothing was changed.']);
    return exitCode.failed;
  }
  return begin(session, place, to, options);
}

async function begin(session: Session, place: Place, to: RollbackTarget, options: RollbackOptions): Promise<ExitCode> {
  const { client, output } = session;
  const { service, environment, deployment } = place;
  const { status, body } = await client.rollBack({
    params: { service, environment },
    // What was shown is what is done, whatever was released since.
    body: {
      to: to.deploymentId,
      ...(deployment !== undefined && { deployment }),
      ...(options.reason !== undefined && { reason: options.reason }),
    },
  });
  if (status === 200) printLines(output.err, ['This rollback was asked for before; here it is.']);
  return watch(session, body, options.timeout);
}

async function isMeant({ confirm }: Session, { service, environment }: Place): Promise<boolean> {
  return confirm ? confirm(`Roll ${service} back in ${environment}?`) : true;
}

function list({ output, json, now }: Session, items: readonly RollbackTarget[]): ExitCode {
  if (json) printJson(output.out, { items });
  else if (items.length === 0) printLines(output.err, ['Nothing has been released there yet.']);
  else printLines(output.out, rollbackTable(items, output.out.paint, now()));
  return exitCode.ok;
}

function describe(
  { output, now }: Session,
  { environment }: Place,
  from: DeploymentView | undefined,
  to: RollbackTarget,
): readonly string[] {
  return [...rollbackLines(from, to, { environment, paint: output.out.paint, nowMs: now() }), ''];
}

async function read({ client }: Session, deploymentId: string): Promise<DeploymentView> {
  return (await client.getDeployment({ params: { deploymentId } })).body;
}

async function placeOfDeployment(session: Session, id: string, options: RollbackOptions): Promise<Place> {
  if (options.environment !== undefined) {
    throw new UsageError('--environment is about services; a deployment has one of its own.');
  }
  const { service, environment } = await read(session, id);
  return { service, environment, deployment: id };
}

async function placeOfService({ client }: Session, service: string, { environment }: RollbackOptions): Promise<Place> {
  if (environment !== undefined) return { service, environment };
  const { body } = await client.getService({ params: { service } });
  const names = Object.keys(body.environments);
  const [only] = names;
  if (only !== undefined && names.length === 1) return { service, environment: only };
  throw new UsageError(
    `Service "${service}" has several environments.`,
    `Give --environment with one of ${names.join(', ')}.`,
  );
}
